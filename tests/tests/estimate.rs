//! `mlpt estimate` says beforehand what a run then does.
#![allow(clippy::unwrap_used)]

mod common;

use common::{animals, json, mlpt};
use serde_json::Value;
use std::path::Path;

/// Settings of a run of a second or two on three classes with eight images each for training. With all of the pool in
/// one batch the passes of co-training do not hang on the selector's opinion.
const SETTINGS: [&str; 9] = [
    "SEED=3",
    "DATASET.NUM_SHOTS=4",
    "DATASET.NUM_FP=2",
    "NOISE.NAME=symmetric",
    "OPTIM.MAX_EPOCH=3",
    "OPTIM.WARMUP_EPOCH=1",
    "WARMUP.EPOCH=1",
    "DATALOADER.TEST.BATCH_SIZE=5",
    "TRAINER.VPT.PROMPT_DEPTH_VISION=2",
];

fn arguments<'a>(command: &'a str, trainer: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![command, "--output-dir", "run", "--trainer", trainer, "--dataset", "Folder", "--root", "data"];
    args.push("--json");
    args.extend(SETTINGS);
    args.extend(more);
    args
}

fn estimate(dir: &Path, trainer: &str, more: &[&str]) -> Value {
    let ran = mlpt(dir, &arguments("estimate", trainer, more)).ok();
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The counts that `metrics.jsonl` told last.
fn told(run: &Path) -> Value {
    let mut counts = serde_json::Map::new();
    for line in std::fs::read_to_string(run.join("metrics.jsonl")).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(name) = line["name"].as_str().and_then(|name| name.strip_prefix("passes/")) {
            counts.insert(name.to_owned(), Value::from(line["value"].as_f64().unwrap() as u64));
        }
    }
    Value::Object(counts)
}

fn same(trainer: &str, more: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let told_before = estimate(dir.path(), trainer, more);
    assert_eq!(told_before["missing"], Value::Array(vec![]), "{trainer}");
    assert!(!dir.path().join("run").exists(), "an estimate writes nothing");
    mlpt(dir.path(), &arguments("train", trainer, more)).ok();
    let run = dir.path().join("run");
    let result = json(&run.join("result.json"));
    assert_eq!(told_before["passes"], result["passes"], "{trainer} {more:?}");
    if told_before["epochs"] != 0 {
        assert_eq!(told_before["passes_trained"], told(&run), "{trainer} {more:?}");
        assert!(told_before["steps"].as_u64().unwrap() > 0);
    }
    let (low, high) = (&told_before["seconds"]["total"]["low"], &told_before["seconds"]["total"]["high"]);
    assert!(0.0 < low.as_f64().unwrap() && low.as_f64() <= high.as_f64(), "{low} {high}");
}

#[test]
fn counts_of_single_learners_are_exact() {
    let by_three = ["DATALOADER.TRAIN_X.BATCH_SIZE=3"];
    same("CoOp", &by_three);
    same("CoOp", &["DATALOADER.TRAIN_X.BATCH_SIZE=5", "TEST.FINAL_MODEL=best_val"]);
    same("VPT", &by_three);
    same("VPT", &["DATALOADER.TRAIN_X.BATCH_SIZE=100", "TEST.FINAL_MODEL=best_val"]);
    same("CoCoOp", &by_three);
    same("CoCoOp", &["DATALOADER.TRAIN_X.BATCH_SIZE=4", "MODEL.TEXT_MEMORY=1", "TEST.FINAL_MODEL=best_val"]);
}

#[test]
fn counts_of_pairs_are_exact() {
    let all = "DATALOADER.TRAIN_X.BATCH_SIZE=32";
    same("MLPT", &[all]);
    same("MLPT", &[all, "TEST.FINAL_MODEL=best_val", "SELECTOR.NAME=zero-shot"]);
    same("MLPT", &[all, "TRAINER.MLPT.LEARNER1.MECHANISM=CoCoOp", "TRAINER.MLPT.LEARNER2.MECHANISM=VPT"]);
    same("MLPT", &[all, "TRAINER.MLPT.VIEWS=2", "TRAINER.MLPT.MIXUP=true"]);
}

#[test]
fn without_training_there_is_the_test() {
    same("ZeroshotCLIP", &[]);
}

#[test]
fn memory_in_parts_is_told_and_bad_flags_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let whole = estimate(dir.path(), "CoCoOp", &["DATALOADER.TRAIN_X.BATCH_SIZE=12"]);
    let parts = estimate(dir.path(), "CoCoOp", &["DATALOADER.TRAIN_X.BATCH_SIZE=12", "MODEL.TEXT_MEMORY=1"]);
    let bytes = |e: &Value, name: &str| e["bytes"][name].as_u64().unwrap();
    assert_eq!(bytes(&whole, "text_graph"), bytes(&whole, "text_graph_whole"));
    assert_eq!(
        (bytes(&parts, "text_graph"), bytes(&parts, "text_graph_whole")),
        (1 << 20, bytes(&whole, "text_graph"))
    );
    let backward = |e: &Value| e["phases"][0]["gflop_per_step"]["text_backward"].as_f64().unwrap();
    assert!(backward(&parts) > 1.5 * backward(&whole));
    let mut args = arguments("estimate", "CoOp", &[]);
    args.push("--eval-only");
    let refused = mlpt(dir.path(), &args);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("is about training"), "{}", refused.stderr);
}
