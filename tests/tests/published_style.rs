//! Settings as users of the Python have them on disk: nested, with tuples as text, dotless exponents, booleans in every
//! spelling, comments, and keys that only Dassl knows. Every key of each file is compared.
#![allow(clippy::unwrap_used)]

mod common;

use common::mlpt;
use serde_json::Value;
use std::collections::BTreeSet;

/// A file, what it sets, and what of it has no meaning here.
struct Case {
    trainer: &'static str,
    file: &'static str,
    sets: &'static [(&'static str, &'static str)],
    ignored: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        trainer: "CoOp",
        file: r#"
# one line of remarks
DATALOADER:
  TRAIN_X:
    BATCH_SIZE: 16   # half of the usual
    SAMPLER: "RandomSampler"
  TEST:
    BATCH_SIZE: 64
    SAMPLER: SequentialSampler
  NUM_WORKERS: 3

INPUT:
  SIZE: (224, 224)
  INTERPOLATION: "bicubic"
  PIXEL_MEAN: [0.48145466, 0.4578275, 0.40821073]
  TRANSFORMS: ["random_resized_crop", "random_flip", "normalize"]

OPTIM:
  NAME: "sgd"
  LR: 0.004
  MAX_EPOCH: 20
  LR_SCHEDULER: "multi_step"
  STEPSIZE: (5, 15)
  WARMUP_EPOCH: 1
  WARMUP_TYPE: "linear"
  WARMUP_MIN_LR: 1e-5
  WARMUP_RECOUNT: false
  SGD_NESTEROV: True
  #WEIGHT_DECAY: 0.0

TEST:
  PER_CLASS_RESULT: 'True'
  FINAL_MODEL: "best_val"

MODEL:
  BACKBONE:
    NAME: "ViT-B/32"
    PRETRAINED: True

TRAINER:
  COOP:
    N_CTX: 8
    CSC: True
    CTX_INIT: ""
    CLASS_TOKEN_POSITION: "middle"
    PREC: "fp16"
"#,
        sets: &[
            ("DATALOADER.TRAIN_X.BATCH_SIZE", "16"),
            ("DATALOADER.TRAIN_X.SAMPLER", "\"RandomSampler\""),
            ("DATALOADER.TEST.BATCH_SIZE", "64"),
            ("DATALOADER.NUM_WORKERS", "3"),
            ("INPUT.SIZE", "[224, 224]"),
            ("INPUT.INTERPOLATION", "\"bicubic\""),
            ("INPUT.PIXEL_MEAN", "[0.48145466, 0.4578275, 0.40821073]"),
            ("INPUT.TRANSFORMS", "[\"random_resized_crop\", \"random_flip\", \"normalize\"]"),
            ("OPTIM.NAME", "\"sgd\""),
            ("OPTIM.LR", "0.004"),
            ("OPTIM.MAX_EPOCH", "20"),
            ("OPTIM.LR_SCHEDULER", "\"multi_step\""),
            ("OPTIM.STEPSIZE", "[5, 15]"),
            ("OPTIM.WARMUP_EPOCH", "1"),
            ("OPTIM.WARMUP_TYPE", "\"linear\""),
            ("OPTIM.WARMUP_MIN_LR", "1e-5"),
            ("OPTIM.WARMUP_RECOUNT", "false"),
            ("OPTIM.SGD_NESTEROV", "true"),
            ("TEST.PER_CLASS_RESULT", "true"),
            ("TEST.FINAL_MODEL", "\"best_val\""),
            ("MODEL.BACKBONE.NAME", "\"ViT-B/32\""),
            ("TRAINER.COOP.N_CTX", "8"),
            ("TRAINER.COOP.CSC", "true"),
            ("TRAINER.COOP.CTX_INIT", "\"\""),
            ("TRAINER.COOP.CLASS_TOKEN_POSITION", "\"middle\""),
            ("PREC", "\"fp16\""),
        ],
        ignored: &["DATALOADER.TEST.SAMPLER", "MODEL.BACKBONE.PRETRAINED"],
    },
    Case {
        trainer: "CoCoOp",
        file: r#"
VERSION: 1
USE_CUDA: True
INPUT:
  SIZE: "(336, 336)"
  PIXEL_STD: (0.26862954, 0.26130258, 0.27577711)
  RRCROP_SCALE: (0.08, 1)
DATALOADER:
  TRAIN_X: {BATCH_SIZE: 1}
  K_TRANSFORMS: 1
OPTIM:
  LR: 2e-3
  STEPSIZE: (-1,)
  NEW_LAYERS: ()
  STAGED_LR: False
TRAINER:
  COCOOP:
    N_CTX: 4
    CTX_INIT: a photo of a
    PREC: fp32
"#,
        sets: &[
            ("INPUT.SIZE", "[336, 336]"),
            ("INPUT.PIXEL_STD", "[0.26862954, 0.26130258, 0.27577711]"),
            ("INPUT.RRCROP_SCALE", "[0.08, 1.0]"),
            ("DATALOADER.TRAIN_X.BATCH_SIZE", "1"),
            ("OPTIM.LR", "0.002"),
            ("OPTIM.STEPSIZE", "[-1]"),
            ("TRAINER.COCOOP.N_CTX", "4"),
            ("TRAINER.COCOOP.CTX_INIT", "\"a photo of a\""),
            ("PREC", "\"fp32\""),
        ],
        ignored: &["VERSION", "USE_CUDA", "DATALOADER.K_TRANSFORMS", "OPTIM.NEW_LAYERS", "OPTIM.STAGED_LR"],
    },
    Case {
        trainer: "MaPLe",
        file: r#"
DATALOADER:
  TRAIN_X:
    BATCH_SIZE: 4
  RETURN_IMG0: False
OPTIM:
  LR: 0.0026
  MAX_EPOCH: 2
  WARMUP_CONS_LR: 1e-5
TRAIN:
  PRINT_FREQ: 20
  CHECKPOINT_FREQ: 1
  COUNT_ITER: "train_x"
DATASET:
  SUBSAMPLE_CLASSES: "base"
  NUM_SHOTS: 16
TRAINER:
  MAPLE:
    N_CTX: 2
    CTX_INIT: 'a photo of a'
    PREC: "amp"
    # PROMPT_DEPTH: 9
    PROMPT_DEPTH: 3
"#,
        sets: &[
            ("DATALOADER.TRAIN_X.BATCH_SIZE", "4"),
            ("OPTIM.LR", "0.0026"),
            ("OPTIM.MAX_EPOCH", "2"),
            ("OPTIM.WARMUP_CONS_LR", "1e-5"),
            ("TRAIN.PRINT_FREQ", "20"),
            ("TRAIN.CHECKPOINT_FREQ", "1"),
            ("DATASET.SUBSAMPLE_CLASSES", "\"base\""),
            ("DATASET.NUM_SHOTS", "16"),
            ("TRAINER.MAPLE.N_CTX", "2"),
            ("TRAINER.MAPLE.CTX_INIT", "\"a photo of a\""),
            ("TRAINER.MAPLE.PROMPT_DEPTH", "3"),
            ("PREC", "\"amp\""),
        ],
        ignored: &["DATALOADER.RETURN_IMG0", "TRAIN.COUNT_ITER"],
    },
    // The second section is what the published files of RMaPLe hold by mistake: MaPLe's own, which stays MaPLe's.
    Case {
        trainer: "RMaPLe",
        file: r#"
DATASET:
  USE_ROBUSTLOSS: yes
  NUM_FP: 4
OPTIM:
  LR: 0.0035
  STEPSIZE: (-1, )
TEST:
  NO_TEST: off
  EVALUATOR: "Classification"
TRAINER:
  RMAPLE:
    N_CTX: 2
    CTX_INIT: "a photo of a"
    PREC: "fp16"
    PROMPT_DEPTH: 12
  MAPLE:
    PROMPT_DEPTH: 3
    PREC: "fp16"
"#,
        sets: &[
            ("DATASET.USE_ROBUSTLOSS", "true"),
            ("LOSS.NAME", "\"gce\""),
            ("DATASET.NUM_FP", "4"),
            ("OPTIM.LR", "0.0035"),
            ("OPTIM.STEPSIZE", "[-1]"),
            ("TEST.NO_TEST", "false"),
            ("TRAINER.RMAPLE.N_CTX", "2"),
            ("TRAINER.RMAPLE.CTX_INIT", "\"a photo of a\""),
            ("TRAINER.RMAPLE.PROMPT_DEPTH", "12"),
            ("TRAINER.MAPLE.PROMPT_DEPTH", "3"),
            ("PREC", "\"fp16\""),
        ],
        ignored: &["TEST.EVALUATOR", "TRAINER.MAPLE.PREC"],
    },
    Case {
        trainer: "VPT",
        file: r#"
MODEL:
  BACKBONE:
    NAME: "ViT-B/16"
  HEAD:
    NAME: ""
    HIDDEN_LAYERS: ()
OPTIM:
  LR: 0.0025
TEST:
  COMPUTE_CMAT: TRUE
TRAINER:
  VPT:
    N_CTX_VISION: 8
    CTX_INIT: "a photo of a"
    PREC: "fp16"
    PROMPT_DEPTH_VISION: 12
"#,
        sets: &[
            ("MODEL.BACKBONE.NAME", "\"ViT-B/16\""),
            ("OPTIM.LR", "0.0025"),
            ("TEST.COMPUTE_CMAT", "true"),
            ("TRAINER.VPT.N_CTX_VISION", "8"),
            ("TRAINER.VPT.PROMPT_DEPTH_VISION", "12"),
            ("PREC", "\"fp16\""),
        ],
        ignored: &["MODEL.HEAD.NAME", "MODEL.HEAD.HIDDEN_LAYERS", "TRAINER.VPT.CTX_INIT"],
    },
    Case {
        trainer: "IVLP",
        file: r#"
INPUT:
  SIZE: (224,224)
  TRANSFORMS: ("random_flip", "normalize")
  NO_TRANSFORM: "false"
OPTIM:
  WARMUP_TYPE: constant
  MOMENTUM: 0.9
  GAMMA: 0.1
TRAINER:
  IVLP:
    N_CTX_VISION: 0
    N_CTX_TEXT: 4
    CTX_INIT: "a photo of a"
    PREC: "fp16"
    PROMPT_DEPTH_VISION: 0
    PROMPT_DEPTH_TEXT: 12
  FIXMATCH:
    CONF_THRE: 0.95
"#,
        sets: &[
            ("INPUT.SIZE", "[224, 224]"),
            ("INPUT.TRANSFORMS", "[\"random_flip\", \"normalize\"]"),
            ("INPUT.NO_TRANSFORM", "false"),
            ("OPTIM.WARMUP_TYPE", "\"constant\""),
            ("OPTIM.MOMENTUM", "0.9"),
            ("OPTIM.GAMMA", "0.1"),
            ("TRAINER.IVLP.N_CTX_VISION", "0"),
            ("TRAINER.IVLP.N_CTX_TEXT", "4"),
            ("TRAINER.IVLP.CTX_INIT", "\"a photo of a\""),
            ("TRAINER.IVLP.PROMPT_DEPTH_VISION", "0"),
            ("TRAINER.IVLP.PROMPT_DEPTH_TEXT", "12"),
            ("PREC", "\"fp16\""),
        ],
        ignored: &["TRAINER.FIXMATCH.CONF_THRE"],
    },
    Case {
        trainer: "MLPT",
        file: r#"
WARMUP:
  EPOCH: 7
  THRESHOLD: 0.4
DATASET:
  NUM_EXPAND: 3
  USE_ROBUSTLOSS: False
DATALOADER:
  TRAIN_U:
    SAME_AS_X: No
    BATCH_SIZE: 24
OPTIM:
  WEIGHT_DECAY: 5e-4
TRAINER:
  MLPT:
    N_CTX: 16
    CSC: False
    CTX_INIT: ""
    PREC: "fp16"
    CLASS_TOKEN_POSITION: "end"
    TEM: 0.5
    ALPHA: 4
  COOP:
    PREC: "fp16"
"#,
        sets: &[
            ("WARMUP.EPOCH", "7"),
            ("WARMUP.THRESHOLD", "0.4"),
            ("DATASET.NUM_EXPAND", "3"),
            ("DATASET.USE_ROBUSTLOSS", "false"),
            ("DATALOADER.TRAIN_U.SAME_AS_X", "false"),
            ("DATALOADER.TRAIN_U.BATCH_SIZE", "24"),
            ("OPTIM.WEIGHT_DECAY", "0.0005"),
            ("TRAINER.MLPT.N_CTX", "16"),
            ("TRAINER.MLPT.CSC", "false"),
            ("TRAINER.MLPT.CTX_INIT", "\"\""),
            ("TRAINER.MLPT.CLASS_TOKEN_POSITION", "\"end\""),
            ("TRAINER.MLPT.TEM", "0.5"),
            ("TRAINER.MLPT.ALPHA", "4.0"),
            ("PREC", "\"fp16\""),
        ],
        ignored: &["TRAINER.COOP.PREC"],
    },
];

#[test]
fn every_key_arrives_or_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let trainers: BTreeSet<&str> = CASES.iter().map(|case| case.trainer).collect();
    assert_eq!(trainers.len(), 7);
    for Case { trainer, file, sets, ignored } in CASES {
        let name = format!("{trainer}.yaml");
        std::fs::write(dir.path().join(&name), file).unwrap();
        let ran = mlpt(dir.path(), &["config", "--json", "--trainer", trainer, "--config-file", &name]).ok();
        let all: Value = serde_json::from_str(&ran.stdout).unwrap();
        for (key, wanted) in *sets {
            let wanted: Value = serde_json::from_str(wanted).unwrap();
            assert_eq!(all[key]["value"], wanted, "{trainer}: {key}");
            assert_eq!(all[key]["layer"], "file", "{trainer}: {key}");
        }
        // Nothing of the file is lost between the two lists.
        let from_file: BTreeSet<&str> =
            all.as_object().unwrap().iter().filter(|(_, v)| v["layer"] == "file").map(|(k, _)| k.as_str()).collect();
        assert_eq!(from_file, sets.iter().map(|(key, _)| *key).collect(), "{trainer}");
        let notice = ran.stderr.lines().find(|line| line.contains("have no meaning here are ignored")).unwrap();
        let told: BTreeSet<&str> = notice
            .rsplit(": ")
            .next()
            .into_iter()
            .flat_map(|list| list.split(", "))
            .map(|one| one.split(" (").next().unwrap())
            .collect();
        assert_eq!(told, ignored.iter().copied().collect(), "{trainer}: {notice}");
    }
}

/// A slip in a section that is otherwise known is not taken for a key of Dassl.
#[test]
fn a_slip_is_found_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = "TRAINER:\n  RMAPLE:\n    PREC: fp16\n    PROMT_DEPTH: 3\n";
    std::fs::write(dir.path().join("slip.yaml"), file).unwrap();
    let ran = mlpt(dir.path(), &["config", "--trainer", "RMaPLe", "--config-file", "slip.yaml"]);
    assert_eq!(ran.code, Some(1));
    for part in ["slip.yaml:4", "TRAINER.RMAPLE.PROMT_DEPTH", "TRAINER.RMAPLE.PROMPT_DEPTH"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}
