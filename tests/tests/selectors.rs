//! Short whole runs with every selector.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::{json, mlpt};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const LEARNERS: [&str; 2] = ["prompt_learner1", "prompt_learner2"];

/// Twelve classes of built-in pictures, eight shots, three of them wrong; two epochs of warm-up, two of co-training.
fn run(dir: &Path, selector: &str) {
    let name = format!("SELECTOR.NAME={selector}");
    let args = [
        "train",
        "--preset",
        "demo",
        "--output-dir",
        selector,
        &name,
        "SEED=1",
        "OPTIM.MAX_EPOCH=4",
        "WARMUP.EPOCH=2",
        "DATASET.SUBSAMPLE_CLASSES=base",
        "DATASET.NUM_SHOTS=8",
        "DATASET.NUM_FP=3",
        "DATALOADER.TRAIN_X.BATCH_SIZE=16",
        "TEST.NO_TEST=True",
    ];
    mlpt(dir, &args).ok();
}

/// `clean.csv` by column.
fn columns(run: &Path) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(run.join("clean.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<Vec<String>> = lines.collect();
    header.into_iter().enumerate().map(|(i, name)| (name, rows.iter().map(|row| row[i].clone()).collect())).collect()
}

/// The area under the receiver's curve, pair by pair.
fn auroc(clean: &[f64], wrong: &[bool]) -> f64 {
    let of = |kind: bool| clean.iter().zip(wrong).filter(move |(_, w)| **w == kind).map(|(p, _)| *p);
    let (mut won, mut pairs) = (0.0, 0.0);
    for found in of(true) {
        for right in of(false) {
            won += if found < right { 1.0 } else { 0.5 * f64::from(u8::from(found == right)) };
            pairs += 1.0;
        }
    }
    won / pairs
}

#[test]
fn every_selector_finds_wrong_labels_in_its_own_way() {
    let dir = tempfile::tempdir().unwrap();
    let mut divisions = BTreeSet::new();
    for selector in ["mixture", "small-loss", "zero-shot", "optimal-transport"] {
        run(dir.path(), selector);
        let run = dir.path().join(selector);
        let columns = columns(&run);
        let wrong: Vec<bool> =
            columns["given"].iter().zip(&columns["true"]).map(|(given, truth)| given != truth).collect();
        assert_eq!((wrong.len(), wrong.iter().filter(|w| **w).count()), (96, 36));
        let detection = &json(&run.join("result.json"))["detection"]["learners"];
        for learner in LEARNERS {
            let trusted: Vec<bool> = columns[&format!("trusted_{learner}")].iter().map(|t| t == "true").collect();
            let clean: Vec<f64> = columns[&format!("clean_{learner}")].iter().map(|p| p.parse().unwrap()).collect();
            let count = |kind: fn(bool, bool) -> bool| {
                trusted.iter().zip(&wrong).filter(|(t, w)| kind(**t, **w)).count() as f64
            };
            // Scored is who is trusted, not a cut through the scores.
            let (found, called) = (count(|t, w| !t && w), count(|t, _| !t));
            let score = |name: &str| detection[learner][name].as_f64().unwrap();
            let what = format!("{selector}, {learner}: {}", detection[learner]);
            assert!((score("precision") - found / called).abs() < 1e-12, "{what}");
            assert!((score("recall") - found / 36.0).abs() < 1e-12, "{what}");
            assert!((score("clean_accuracy") - count(|t, w| t && !w) / (96.0 - called)).abs() < 1e-12, "{what}");
            assert!((score("auroc") - auroc(&clean, &wrong)).abs() < 1e-12, "{what}");
            println!("{what}");
            assert!(score("auroc") > 0.6, "{what}");
            // Chance would find as many as it calls.
            assert!(score("precision") > 36.0 / 96.0, "{what}");
            if selector == "small-loss" {
                let mut by_class: BTreeMap<&str, usize> = BTreeMap::new();
                let named = columns["given"].iter().zip(&trusted).filter(|(_, t)| **t);
                named.for_each(|(given, _)| *by_class.entry(given).or_default() += 1);
                assert!(by_class.len() == 12 && by_class.values().all(|n| *n == 4), "{by_class:?}");
            }
            divisions.insert(trusted);
        }
    }
    // The frozen model's is the same for both learners; each other one is its own.
    assert!(divisions.len() >= 6, "{}", divisions.len());
}

#[test]
fn a_trainer_that_divides_nothing_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["config", "--trainer", "CoOp", "--dataset", "Pictograms", "SELECTOR.NAME=co-teaching"];
    let told = mlpt(dir.path(), &args).ok().stderr;
    assert!(told.contains("SELECTOR.NAME \"small-loss\" (command line) has no effect: CoOp divides no pool"), "{told}");
    let listed = mlpt(dir.path(), &["list", "selectors"]).ok().stdout;
    assert_eq!(listed.lines().filter(|line| !line.is_empty()).count(), 4, "{listed}");
    let told = mlpt(dir.path(), &["explain", "sinkhorn"]).ok().stdout;
    assert!(told.starts_with("optimal-transport (selector)") && told.contains("SELECTOR.OT_EPSILON"), "{told}");
}
