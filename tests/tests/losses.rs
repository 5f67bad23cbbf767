//! Short whole runs with every loss.
#![allow(clippy::unwrap_used)]

mod common;

use common::mlpt;
use mlpt_core::loss::NAMES;
use std::collections::BTreeSet;
use std::fs;

/// Every loss of the steps of a run with `loss`: one epoch of warm-up and one of co-training; of CoOp, two epochs.
fn losses(trainer: &str, loss: &str) -> Vec<f64> {
    let dir = tempfile::tempdir().unwrap();
    let loss = format!("LOSS.NAME={loss}");
    let args = [
        "train",
        "--dataset",
        "Pictograms",
        "--trainer",
        trainer,
        "--output-dir",
        "run",
        &loss,
        "SEED=1",
        "OPTIM.MAX_EPOCH=2",
        "WARMUP.EPOCH=1",
        "DATASET.SUBSAMPLE_CLASSES=base",
        "DATASET.NUM_SHOTS=2",
        "DATASET.NUM_FP=1",
        "DATALOADER.TRAIN_X.BATCH_SIZE=16",
        "DATALOADER.TRAIN_U.BATCH_SIZE=16",
        "TRAIN.PRINT_FREQ=1",
        "TEST.NO_TEST=True",
    ];
    mlpt(dir.path(), &args).ok();
    let (mut found, mut phases) = (Vec::new(), BTreeSet::new());
    for line in fs::read_to_string(dir.path().join("run/metrics.jsonl")).unwrap().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["event"] != "step" {
            continue;
        }
        phases.insert(format!("{} {}", line["phase"], line["epoch"]));
        for loss_and_value in line["losses"].as_array().unwrap() {
            // What is not finite is null in JSON.
            let value = loss_and_value[1].as_f64().unwrap_or(f64::NAN);
            assert!(value.is_finite(), "{trainer}, {loss}: {loss_and_value}");
            found.push(value);
        }
    }
    assert_eq!(phases.len(), if trainer == "MLPT" { 4 } else { 2 }, "{trainer}, {loss}: {phases:?}");
    found
}

/// The runs of one trainer differ in their loss from the first step on.
fn runs_with_every_loss(trainer: &str) {
    let first: BTreeSet<String> = NAMES.iter().map(|name| losses(trainer, name)[0].to_string()).collect();
    assert_eq!(first.len(), NAMES.len(), "{first:?}");
}

#[test]
fn of_coop() {
    runs_with_every_loss("CoOp");
}

#[test]
fn of_mlpt() {
    runs_with_every_loss("MLPT");
}
