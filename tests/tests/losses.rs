//! Short whole runs with every loss.
#![allow(clippy::unwrap_used)]

mod common;

use common::mlpt;
use mlpt_core::loss::NAMES;
use std::collections::BTreeSet;
use std::fs;

/// One epoch of warm-up and one of co-training (CoOp: two epochs) with `loss`, and every loss of its steps.
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
        "DATASET.NUM_SHOTS=2",
        "DATASET.NUM_FP=1",
        "DATALOADER.TRAIN_X.BATCH_SIZE=16",
        "DATALOADER.TRAIN_U.BATCH_SIZE=16",
        "TRAIN.PRINT_FREQ=1",
        "TEST.NO_TEST=True",
    ];
    mlpt(dir.path(), &args).ok();
    let mut found = Vec::new();
    for line in fs::read_to_string(dir.path().join("run/metrics.jsonl")).unwrap().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(losses) = line["losses"].as_object() else { continue };
        for (name, value) in losses {
            let value = value.as_f64().unwrap_or_else(|| panic!("{trainer}, {loss}: {name} is {value}"));
            assert!(value.is_finite(), "{trainer}, {loss}: {name} is {value}");
            found.push(value);
        }
    }
    assert!(found.len() >= 4, "{trainer}, {loss}: {found:?}");
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
