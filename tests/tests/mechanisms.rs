//! CoCoOp, VPT, IVLP and RMaPLe by the command: alone, and beside CoOp in mutual training.
#![allow(clippy::unwrap_used)]

mod common;

use common::{json, mlpt};
use std::path::Path;

/// Twelve of the 24 built-in classes, two shots of each.
const FEW: [&str; 7] = [
    "SEED=3",
    "DATASET.NUM_SHOTS=2",
    "DATASET.SUBSAMPLE_CLASSES=base",
    "OPTIM.WARMUP_EPOCH=0",
    "DATALOADER.TRAIN_X.BATCH_SIZE=8",
    "DATALOADER.NUM_WORKERS=1",
    // Two images a class.
    "TEST.SPLIT=val",
];

/// Trains, looks at what is left behind, and evaluates the checkpoints again.
fn run(dir: &Path, trainer: &str, flags: &[&str], settings: &[&str], learners: &[&str], epochs: usize) {
    let args = ["train", "--dataset", "Pictograms", "--output-dir", trainer, "--trainer", trainer];
    mlpt(dir, &[&args[..], flags, &FEW, settings].concat()).ok();
    let result = json(&dir.join(trainer).join("result.json"));
    assert_eq!(result["trainer"], trainer);
    assert!(result["total"].as_u64().unwrap() > 0);
    for learner in learners {
        assert!(dir.join(trainer).join(learner).join(format!("model.safetensors-{epochs}")).is_file(), "{learner}");
    }
    let again = mlpt(dir, &["eval", "--model-dir", trainer, "--json"]).ok();
    let again: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    for key in ["total", "correct", "accuracy"] {
        assert_eq!(again[key], result[key], "{trainer}: {key}");
    }
}

fn alone_and_beside_coop(mechanism: &str, settings: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let alone = [&["OPTIM.MAX_EPOCH=1"], settings].concat();
    run(dir.path(), mechanism, &[], &alone, &["prompt_learner"], 1);
    let second = format!("TRAINER.MLPT.LEARNER2.MECHANISM={mechanism}");
    let pair = [&["OPTIM.MAX_EPOCH=2", "WARMUP.EPOCH=1", "TRAINER.MLPT.N_CTX=4", second.as_str()], settings].concat();
    run(dir.path(), "MLPT", &["--num-fp", "1"], &pair, &["prompt_learner1", "prompt_learner2"], 2);
    let result = json(&dir.path().join("MLPT/result.json"));
    assert_eq!(result["mechanisms"], serde_json::json!(["CoOp", mechanism]));
}

#[test]
fn cocoop() {
    alone_and_beside_coop("CoCoOp", &["TRAINER.COCOOP.N_CTX=4"]);
}

#[test]
fn vpt() {
    alone_and_beside_coop("VPT", &["TRAINER.VPT.PROMPT_DEPTH_VISION=4"]);
}

#[test]
fn ivlp() {
    alone_and_beside_coop("IVLP", &["TRAINER.IVLP.PROMPT_DEPTH_VISION=3", "TRAINER.IVLP.PROMPT_DEPTH_TEXT=2"]);
}

#[test]
fn rmaple() {
    alone_and_beside_coop("RMaPLe", &["TRAINER.RMAPLE.PROMPT_DEPTH=3"]);
}

/// RMaPLe's weights have a row for each class of the training; on other classes, however many, they work all the same.
#[test]
fn rmaple_goes_over_to_other_classes() {
    let dir = tempfile::tempdir().unwrap();
    common::pictures(&dir.path().join("data"), &["ant", "bee", "cat", "dog", "elk"], 8);
    let settings =
        ["TRAINER.RMAPLE.PROMPT_DEPTH=2", "OPTIM.MAX_EPOCH=1", "OPTIM.WARMUP_EPOCH=0", "DATASET.NUM_SHOTS=2"];
    let args = ["train", "--trainer", "RMaPLe", "--dataset", "Folder", "--root", "data", "--output-dir", "run"];
    mlpt(dir.path(), &[&args[..], &settings, &["SEED=1", "DATASET.SUBSAMPLE_CLASSES=base"]].concat()).ok();
    let eval = |more: &[&str]| -> serde_json::Value {
        let ran = mlpt(dir.path(), &[&["eval", "run", "--json"][..], more].concat()).ok();
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let result = json(&dir.path().join("run/result.json"));
    let base = eval(&[]);
    assert_eq!((&base["total"], &base["correct"]), (&result["total"], &result["correct"]));
    let per_class = base["total"].as_u64().unwrap() / 3;
    // Two instead of three classes, and five.
    assert_eq!(eval(&["DATASET.SUBSAMPLE_CLASSES=new"])["total"], 2 * per_class);
    assert_eq!(eval(&["DATASET.SUBSAMPLE_CLASSES=all"])["total"], 5 * per_class);
    let deeper = mlpt(dir.path(), &["eval", "run", "DATASET.SUBSAMPLE_CLASSES=new", "TRAINER.RMAPLE.PROMPT_DEPTH=3"]);
    assert!(deeper.code == Some(1) && deeper.stderr.contains("compound_prompt"), "{}", deeper.stderr);
}

/// A residual network has no tokens to add to; what leaves the images alone works with it.
#[test]
fn with_a_resnet() {
    let dir = tempfile::tempdir().unwrap();
    let archive = mlpt_tests::parity::golden::path("clip_torchscript.pt");
    let train = |trainer: &str, settings: &[&str]| {
        let args = ["train", "--dataset", "Pictograms", "--output-dir", "run", "--trainer", trainer, "--overwrite"];
        let backbone = ["--backbone", archive.to_str().unwrap()];
        mlpt(
            dir.path(),
            &[&args[..], &backbone, &FEW, &["OPTIM.MAX_EPOCH=1", "INPUT.SIZE=(64, 64)"], settings].concat(),
        )
    };
    let shallow = ["TRAINER.IVLP.PROMPT_DEPTH_TEXT=2", "TRAINER.IVLP.PROMPT_DEPTH_VISION=1"];
    for (trainer, settings) in [("VPT", &[][..]), ("IVLP", &shallow), ("MaPLe", &[]), ("RMaPLe", &[])] {
        let ran = train(trainer, settings);
        let told = format!("{trainer} puts prompts into a vision transformer");
        assert!(ran.code == Some(1) && ran.stderr.contains(&told), "{}", ran.stderr);
        assert!(ran.stderr.contains("has a ResNet: take a ViT backbone"), "{}", ran.stderr);
    }
    train("CoCoOp", &["TRAINER.COCOOP.N_CTX=2"]).ok();
    let language_only = ["TRAINER.IVLP.PROMPT_DEPTH_TEXT=2", "TRAINER.IVLP.PROMPT_DEPTH_VISION=0"];
    train("IVLP", &[&language_only[..], &["TRAINER.IVLP.N_CTX_VISION=0"]].concat()).ok();
}
