//! Keys of Dassl and of the published repositories that have no meaning here. Published files may
//! hold them; the schema comes first, so a key that an entry declares is never ignored.

/// Whole paths, or sections with `.*` at the end.
const KNOWN: &[&str] = &[
    "VERSION",
    "USE_CUDA",
    "VERBOSE",
    "DATASET.SOURCE_DOMAINS",
    "DATASET.TARGET_DOMAINS",
    "DATASET.NUM_LABELED",
    "DATASET.VAL_PERCENT",
    "DATASET.STL10_FOLD",
    "DATASET.CIFAR_C_TYPE",
    "DATASET.CIFAR_C_LEVEL",
    "DATASET.ALL_AS_UNLABELED",
    "DATALOADER.TEST.SAMPLER",
    "DATALOADER.K_TRANSFORMS",
    "DATALOADER.RETURN_IMG0",
    "MODEL.INIT_WEIGHTS",
    "MODEL.BACKBONE.PRETRAINED",
    "MODEL.HEAD.*",
    "OPTIM.RMSPROP_ALPHA",
    "OPTIM.ADAM_BETA1",
    "OPTIM.ADAM_BETA2",
    "OPTIM.STAGED_LR",
    "OPTIM.NEW_LAYERS",
    "OPTIM.BASE_LR_MULT",
    "TRAIN.COUNT_ITER",
    "TEST.EVALUATOR",
    "TRAINER.MCD.*",
    "TRAINER.MME.*",
    "TRAINER.CDAC.*",
    "TRAINER.SE.*",
    "TRAINER.M3SDA.*",
    "TRAINER.DAEL.*",
    "TRAINER.CROSSGRAD.*",
    "TRAINER.DDAIG.*",
    "TRAINER.DAELDG.*",
    "TRAINER.DOMAINMIX.*",
    "TRAINER.ENTMIN.*",
    "TRAINER.MEANTEACHER.*",
    "TRAINER.MIXMATCH.*",
    "TRAINER.FIXMATCH.*",
    "TRAINER.COOP.PREC",
    "TRAINER.COCOOP.PREC",
    "TRAINER.MAPLE.PREC",
    "TRAINER.RMAPLE.PREC",
    "TRAINER.IVLP.PREC",
    "TRAINER.VPT.CTX_INIT",
    "TRAINER.VPT.PREC",
    "TRAINER.UPLTRAINER.*",
    "TRAINER.POMA.*",
    "TRAINER.DPL.*",
    "TRAINER.MLPT.PREC",
];

/// Whether the reference has a key at `path` (in upper case) that is accepted and not used.
pub(super) fn is_ignored(path: &str) -> bool {
    KNOWN.iter().any(|known| match known.strip_suffix('*') {
        Some(section) => path.starts_with(section),
        None => path == *known,
    })
}
