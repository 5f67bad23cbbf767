//! The settings that the published CLIP trainers share, as defaults of the entries.

use mlpt_core::registry::Entry;

/// What every published YAML file of the family says about images and evaluation.
pub(crate) fn images<F>(entry: Entry<F>) -> Entry<F> {
    entry
        .default("INPUT.TRANSFORMS", vec!["random_resized_crop", "random_flip", "normalize"])
        .default("INPUT.INTERPOLATION", "bicubic")
        .default("DATALOADER.TEST.BATCH_SIZE", 100)
        .default("DATALOADER.NUM_WORKERS", 8)
}

/// The published training of CoOp and MLPT: SGD with momentum, cosine, one constant warm-up
/// epoch, batches of 32, 50 epochs.
pub(crate) fn training<F>(entry: Entry<F>) -> Entry<F> {
    images(entry)
        .default("DATALOADER.TRAIN_X.BATCH_SIZE", 32)
        .default("OPTIM.NAME", "sgd")
        .default("OPTIM.LR", 0.002)
        .default("OPTIM.MOMENTUM", 0.9)
        .default("OPTIM.WEIGHT_DECAY", 5e-4)
        .default("OPTIM.LR_SCHEDULER", "cosine")
        .default("OPTIM.MAX_EPOCH", 50)
        .default("OPTIM.WARMUP_EPOCH", 1)
        .default("OPTIM.WARMUP_TYPE", "constant")
        .default("OPTIM.WARMUP_CONS_LR", 1e-5)
        .default("TRAIN.PRINT_FREQ", 5)
}
