//! The published trainer files, key by key beside the values that the specification tabulates.
#![allow(clippy::unwrap_used)]

mod common;

use common::{mlpt, workspace};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// File, trainer, batch, rate, epochs, lines between prints, backbone, and what the file says beyond.
struct Row(&'static str, &'static str, u32, f64, u32, u32, &'static str, &'static [(&'static str, &'static str)]);

const V: &str = "ViT-B/16";
const PHOTO: (&str, &str) = ("TRAINER.MAPLE.CTX_INIT", "\"a photo of a\"");
const RPHOTO: (&str, &str) = ("TRAINER.RMAPLE.CTX_INIT", "\"a photo of a\"");
const RMAPLE: &[(&str, &str)] = &[("TRAINER.RMAPLE.N_CTX", "2"), ("TRAINER.RMAPLE.PROMPT_DEPTH", "9"), RPHOTO];
const COOP_INIT: &[(&str, &str)] = &[("TRAINER.COOP.CTX_INIT", "\"a photo of a\"")];

const COCOOP_NONE: (&str, &str) = ("TRAINER.COCOOP.CTX_INIT", "\"\"");
/// Eight context vectors, though the file's name says four.
const VPT: &[(&str, &str)] = &[("TRAINER.VPT.N_CTX_VISION", "8"), ("TRAINER.VPT.PROMPT_DEPTH_VISION", "12")];
const IVLP_BOTH: &[(&str, &str)] = &[
    ("TRAINER.IVLP.N_CTX_VISION", "2"),
    ("TRAINER.IVLP.N_CTX_TEXT", "2"),
    ("TRAINER.IVLP.PROMPT_DEPTH_VISION", "12"),
    ("TRAINER.IVLP.PROMPT_DEPTH_TEXT", "12"),
];
const IVLP_TEXT: &[(&str, &str)] = &[
    ("TRAINER.IVLP.N_CTX_VISION", "0"),
    ("TRAINER.IVLP.N_CTX_TEXT", "4"),
    ("TRAINER.IVLP.PROMPT_DEPTH_VISION", "0"),
    ("TRAINER.IVLP.PROMPT_DEPTH_TEXT", "12"),
];

const TABLE: &[Row] = &[
    Row("CoOp/rn50", "CoOp", 32, 0.002, 200, 5, "RN50", &[]),
    Row("CoOp/rn101_ep50", "CoOp", 32, 0.002, 50, 5, "RN101", &[]),
    Row("CoOp/vit_b32_ep100_ctxv1", "CoOp", 32, 0.002, 100, 5, "ViT-B/32", COOP_INIT),
    Row("CoOp/vit_b16_ctxv1", "CoOp", 32, 0.002, 200, 5, V, COOP_INIT),
    Row("MLPT/rn50_ep50", "MLPT", 32, 0.002, 50, 5, "RN50", &[("WARMUP.EPOCH", "10"), ("WARMUP.THRESHOLD", "0.5")]),
    Row("MLPT/vit_b32_ep50", "MLPT", 32, 0.002, 50, 5, "ViT-B/32", &[("TRAINER.MLPT.TEM", "0.5")]),
    Row("MLPT/vit_b16_ep50", "MLPT", 32, 0.002, 50, 5, V, &[]),
    Row("MaPLe/vit_b16_c2_ep5_batch4", "MaPLe", 4, 0.0035, 5, 20, V, &[("TRAINER.MAPLE.N_CTX", "2"), PHOTO]),
    Row("MaPLe/vit_b16_c2_ep10_batch4", "MaPLe", 4, 0.0035, 10, 20, V, &[PHOTO]),
    Row("MaPLe/vit_b16_c2_ep50_batch4", "MaPLe", 4, 0.0035, 50, 20, V, &[PHOTO]),
    Row(
        "MaPLe/vit_b16_c2_ep5_batch4_2ctx",
        "MaPLe",
        4,
        0.0035,
        5,
        20,
        V,
        &[("TRAINER.MAPLE.PROMPT_DEPTH", "9"), PHOTO],
    ),
    Row(
        "MaPLe/vit_b16_c2_ep5_batch4_2ctx_cross_datasets",
        "MaPLe",
        4,
        0.0026,
        2,
        20,
        V,
        &[("TRAINER.MAPLE.PROMPT_DEPTH", "3"), PHOTO],
    ),
    Row("RMaPLe/vit_b16_c2_ep5_batch4", "RMaPLe", 4, 0.0035, 5, 20, V, RMAPLE),
    Row("RMaPLe/vit_b16_c2_ep10_batch4", "RMaPLe", 4, 0.0035, 10, 20, V, RMAPLE),
    Row("RMaPLe/vit_b16_c2_ep50_batch4", "RMaPLe", 4, 0.0035, 50, 20, V, RMAPLE),
    // The depth reaches RMaPLe; the published file gives it to MaPLe by mistake.
    Row(
        "RMaPLe/vit_b16_c2_ep5_batch4_2ctx_cross_datasets",
        "RMaPLe",
        4,
        0.0026,
        2,
        20,
        V,
        &[("TRAINER.RMAPLE.PROMPT_DEPTH", "3"), ("TRAINER.MAPLE.PROMPT_DEPTH", "9"), RPHOTO],
    ),
    Row("CoCoOp/vit_b16_c4_ep10_batch1", "CoCoOp", 1, 0.002, 10, 20, V, &[("TRAINER.COCOOP.N_CTX", "4"), COCOOP_NONE]),
    Row("CoCoOp/vit_b16_c8_ep10_batch1", "CoCoOp", 1, 0.002, 10, 20, V, &[("TRAINER.COCOOP.N_CTX", "8"), COCOOP_NONE]),
    Row(
        "CoCoOp/vit_b16_c16_ep10_batch1",
        "CoCoOp",
        1,
        0.002,
        10,
        20,
        V,
        &[("TRAINER.COCOOP.N_CTX", "16"), COCOOP_NONE],
    ),
    Row(
        "CoCoOp/vit_b16_c4_ep10_batch1_ctxv1",
        "CoCoOp",
        1,
        0.002,
        10,
        20,
        V,
        &[("TRAINER.COCOOP.N_CTX", "4"), ("TRAINER.COCOOP.CTX_INIT", "\"a photo of a\"")],
    ),
    Row("VPT/vit_b16_c2_ep5_batch4_4", "VPT", 4, 0.0025, 5, 20, V, VPT),
    Row("IVLP/vit_b16_c2_ep5_batch4_2+2ctx", "IVLP", 4, 0.0035, 5, 20, V, IVLP_BOTH),
    Row("IVLP/vit_b16_c2_ep5_batch4_4ctx_language_only", "IVLP", 4, 0.0035, 5, 20, V, IVLP_TEXT),
];

#[test]
fn published_files_say_what_the_table_says() {
    let dir = tempfile::tempdir().unwrap();
    for Row(file, trainer, batch, rate, epochs, freq, backbone, more) in TABLE {
        let path = workspace().join(format!("configs/trainers/{file}.yaml"));
        let set = workspace().join("configs/datasets/dtd.yaml");
        let args = ["config", "--json", "--trainer", trainer, "--config-file", path.to_str().unwrap()];
        let ran = mlpt(dir.path(), &[&args[..], &["--dataset-config-file", set.to_str().unwrap()]].concat()).ok();
        let all: Value = serde_json::from_str(&ran.stdout).unwrap();
        let is = |key: &str, wanted: Value| assert_eq!(all[key]["value"], wanted, "{file}: {key}");
        is("DATASET.NAME", "DescribableTextures".into());
        is("DATALOADER.TRAIN_X.BATCH_SIZE", (*batch).into());
        is("DATALOADER.NUM_WORKERS", 8.into());
        is("OPTIM.LR", (*rate).into());
        is("OPTIM.MAX_EPOCH", (*epochs).into());
        is("OPTIM.NAME", "sgd".into());
        is("OPTIM.LR_SCHEDULER", "cosine".into());
        is("OPTIM.WARMUP_EPOCH", 1.into());
        is("OPTIM.WARMUP_TYPE", "constant".into());
        is("OPTIM.WARMUP_CONS_LR", 1e-5.into());
        is("TRAIN.PRINT_FREQ", (*freq).into());
        is("MODEL.BACKBONE.NAME", (*backbone).into());
        is("INPUT.SIZE", json!([224, 224]));
        is("INPUT.INTERPOLATION", "bicubic".into());
        is("INPUT.PIXEL_MEAN", json!([0.48145466, 0.4578275, 0.40821073]));
        is("INPUT.PIXEL_STD", json!([0.26862954, 0.26130258, 0.27577711]));
        is("INPUT.TRANSFORMS", json!(["random_resized_crop", "random_flip", "normalize"]));
        is("DATALOADER.TEST.BATCH_SIZE", 100.into());
        for (key, value) in *more {
            is(key, serde_json::from_str(value).unwrap());
        }
    }
}

/// The one with Dassl's optimiser and large batches.
#[test]
fn the_file_for_validation() {
    let path = workspace().join("configs/trainers/CoOp/rn50_val.yaml");
    let dir = tempfile::tempdir().unwrap();
    let args = ["config", "--json", "--trainer", "CoOp", "--config-file", path.to_str().unwrap()];
    let all: Value = serde_json::from_str(&mlpt(dir.path(), &args).ok().stdout).unwrap();
    for (key, wanted) in [
        ("DATALOADER.TRAIN_X.BATCH_SIZE", json!(200)),
        ("DATALOADER.TEST.BATCH_SIZE", json!(200)),
        ("OPTIM.NAME", json!("adam")),
        ("OPTIM.LR", json!(0.0003)),
        ("OPTIM.MAX_EPOCH", json!(10)),
        ("TRAIN.PRINT_FREQ", json!(10)),
    ] {
        assert_eq!(all[key]["value"], wanted, "{key}");
    }
}

/// Every file of the folder is in the table, or is a plain variation of one that is.
#[test]
fn no_file_is_left_out() {
    let told: BTreeSet<&str> = TABLE.iter().map(|row| row.0).collect();
    for family in std::fs::read_dir(workspace().join("configs/trainers")).unwrap().flatten() {
        let family_name = family.file_name().into_string().unwrap();
        for file in std::fs::read_dir(family.path()).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            let name = format!("{family_name}/{}", name.strip_suffix(".yaml").unwrap());
            // The 24 variations of CoOp have a test of their own, in the settings' crate.
            let listed = told.contains(name.as_str()) || family_name == "CoOp";
            assert!(listed, "configs/trainers/{name}.yaml is not in the table");
        }
    }
}
