//! The best model on the validation split, checkpoints of every epoch, and loading them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{animals, json, mlpt, small_run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Accuracy on the validation split by epoch.
fn val_accuracy(run: &Path) -> Vec<f64> {
    let metrics = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let lines = metrics.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
    lines.filter(|l| l["name"] == "val/accuracy").map(|l| l["value"].as_f64().unwrap()).collect()
}

/// The tensors of a checkpoint, without their description.
fn tensors(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    bytes[8 + header..].to_vec()
}

#[test]
fn the_first_best_epoch_is_deployed_and_every_epoch_can_be_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    animals(&dir.join("data"));
    // A rate at which the epochs differ.
    mlpt(dir, &small_run(&[], &["OPTIM.LR=0.05"])).ok();
    let run = dir.join("run");
    let accuracies = val_accuracy(&run);
    assert_eq!(accuracies.len(), 4);
    let most = accuracies.iter().copied().fold(f64::MIN, f64::max);
    let best = 1 + accuracies.iter().position(|a| *a == most).unwrap();
    for learner in ["prompt_learner1", "prompt_learner2"] {
        let file = |name: String| tensors(&run.join(learner).join(name));
        let own = file(format!("model.safetensors-{best}"));
        assert_eq!(file("model-best.safetensors".to_owned()), own);
        for other in (1..=4).filter(|e| *e != best) {
            assert_ne!(file(format!("model.safetensors-{other}")), own, "epochs {best} and {other}");
        }
    }
    let log = fs::read_to_string(run.join("log.txt")).unwrap();
    assert!(log.contains(&format!("Deploy the model of epoch {best}, best on the val split")), "{log}");

    let eval = |more: &[&str]| -> Value {
        let ran = mlpt(dir, &[&["eval", "run", "--json"], more].concat()).ok();
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let result = json(&run.join("result.json"));
    let deployed = eval(&[]);
    assert_eq!((&deployed["correct"], &deployed["epoch"]), (&result["correct"], &best.into()));
    // Each epoch's checkpoint repeats what validation said then.
    for (i, accuracy) in accuracies.iter().enumerate() {
        let epoch = (i + 1).to_string();
        let loaded = eval(&["--load-epoch", &epoch, "TEST.SPLIT=val"]);
        assert_eq!((loaded["epoch"].as_u64(), loaded["accuracy"].as_f64()), (Some(i as u64 + 1), Some(*accuracy)));
        assert_eq!(loaded["total"], 12);
    }
    let missing = mlpt(dir, &["eval", "run", "--load-epoch", "9"]);
    assert!(missing.code == Some(1) && missing.stderr.contains("those of epoch 1, 2, 3, 4"), "{}", missing.stderr);
}

#[test]
fn selection_reads_the_validation_split_and_never_the_test_images() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    animals(&dir.join("data"));
    for split in ["test", "val"] {
        let class = dir.join("data").join(split).join("dog");
        let kept: Vec<_> =
            fs::read_dir(&class).unwrap().flatten().map(|e| (e.path(), fs::read(e.path()).unwrap())).collect();
        kept.iter().for_each(|(path, _)| fs::write(path, "no picture").unwrap());
        let args = small_run(&["--overwrite"], &["OPTIM.MAX_EPOCH=3", "TEST.NO_TEST=True"]);
        let ran = mlpt(dir, &args);
        if split == "test" {
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            assert_eq!(val_accuracy(&dir.join("run")).len(), 3);
        } else {
            assert!(ran.code == Some(1) && ran.stderr.contains("val/dog"), "{}", ran.stderr);
        }
        kept.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    }
}
