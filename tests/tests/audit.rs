//! `mlpt audit`: somebody's labels, the most suspect first.
#![allow(clippy::unwrap_used)]

mod common;

use common::{mlpt, pictures};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SHORT: [&str; 5] =
    ["OPTIM.MAX_EPOCH=8", "OPTIM.WARMUP_EPOCH=1", "WARMUP.EPOCH=4", "OPTIM.LR=0.05", "DATALOADER.TRAIN_X.BATCH_SIZE=8"];

fn audited(dir: &Path, args: &[&str]) -> Value {
    let told = mlpt(dir, &[&["audit"], args, &["--output-dir", "doubts", "--json"], &SHORT].concat()).ok();
    serde_json::from_str(&told.stdout).unwrap()
}

fn table(dir: &Path) -> Vec<Vec<String>> {
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_path(dir.join("doubts/audit.csv")).unwrap();
    table.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn every_label_is_ranked_and_known_wrong_ones_are_measured() {
    let dir = tempfile::tempdir().unwrap();
    pictures(&dir.path().join("data"), &["red", "green", "blue"], 12);
    let audit = audited(dir.path(), &["data", "--noise", "symmetric", "--noise-rate", "0.17"]);
    assert_eq!(audit["trainer"], "MLPT");
    let suspects = audit["suspects"].as_array().unwrap();
    assert_eq!(suspects.len(), 36, "training, validation and test images alike");
    let clean: Vec<f64> = suspects.iter().map(|s| s["clean"].as_f64().unwrap()).collect();
    assert!(clean.is_sorted() && clean[0] < clean[35], "{clean:?}");
    for suspect in suspects {
        let own: Vec<f64> = suspect["by_learner"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect();
        assert_eq!(own.len(), 2);
        assert!((own.iter().sum::<f64>() / 2.0 - suspect["clean"].as_f64().unwrap()).abs() < 1e-12);
    }
    let known = &audit["known"];
    assert_eq!(
        (known["labels"].as_u64(), known["wrong"].as_u64(), known["top"].as_u64()),
        (Some(36), Some(6), Some(4))
    );
    assert!((known["chance"].as_f64().unwrap() - 6.0 / 36.0).abs() < 1e-12);
    let wrong = |s: &&Value| s["true"] != s["given"];
    assert_eq!(suspects.iter().filter(wrong).count(), 6);
    let top = suspects[..4].iter().filter(wrong).count() as f64 / 4.0;
    assert_eq!(known["audit"]["precision"].as_f64().unwrap(), top);
    assert!(known["audit"]["auroc"].as_f64().unwrap() > 0.8, "{known}");

    let rows = table(dir.path());
    assert_eq!(
        rows[0].join(","),
        "rank,image,given,suggested,true,clean,clean_prompt_learner1,clean_prompt_learner2,p_given,p_suggested,zero_shot,\
         p_zero_shot_given"
    );
    assert_eq!(rows.len(), 37);
    let names = ["blue", "green", "red"];
    for (row, suspect) in rows[1..].iter().zip(suspects) {
        let class = |field: &str| names[suspect[field].as_u64().unwrap() as usize];
        let want = [suspect["image"].as_str().unwrap(), class("given"), class("suggested"), class("true")];
        assert_eq!(row[1..5], want);
        // A folder's name is the true class.
        assert!(row[1].starts_with(&row[4]) || row[1].contains(&format!("/{}/", row[4])), "{row:?}");
    }
}

#[test]
fn labels_of_unknown_truth_are_ranked_once_and_not_scored() {
    let dir = tempfile::tempdir().unwrap();
    pictures(&dir.path().join("data"), &["red", "blue"], 6);
    let first = audited(dir.path(), &["data"]);
    assert!(first["known"].is_null() && first["suspects"].as_array().unwrap().iter().all(|s| s["true"].is_null()));
    let page = fs::read_to_string(dir.path().join("doubts/report.html")).unwrap();
    assert!(page.contains("data:image/jpeg;base64,") && !page.contains("label is wrong"), "pictures and no truth");
    let run = fs::read_to_string(dir.path().join("doubts/attempts.jsonl")).unwrap();
    // The same command again trains nothing and says the same.
    assert_eq!(audited(dir.path(), &["data"]), first);
    assert_eq!(fs::read_to_string(dir.path().join("doubts/attempts.jsonl")).unwrap(), run);
    let told =
        mlpt(dir.path(), &[&["audit", "data", "--output-dir", "doubts", "--top", "3"][..], &SHORT].concat()).ok();
    let text = &told.stdout;
    assert!(text.contains("Audit of 12 labels of 2 classes: MLPT around tiny-clip, 8 epochs"), "{text}");
    assert!(text.contains("rendered pictures only") && text.contains("zero-shot agreement"), "{text}");
    assert!(
        !text.contains("chance")
            && text.lines().filter(|l| l.trim_start().starts_with(['1', '2', '3', '4'])).count() == 3
    );
}

#[test]
fn a_trainer_without_clean_probabilities_ranks_by_its_own() {
    let dir = tempfile::tempdir().unwrap();
    pictures(&dir.path().join("data"), &["red", "blue"], 6);
    let audit = audited(dir.path(), &["data", "--trainer", "CoOp"]);
    assert_eq!(audit["learners"].as_array().unwrap().len(), 0);
    for suspect in audit["suspects"].as_array().unwrap() {
        assert_eq!(suspect["clean"], suspect["p_given"]);
    }
}

#[test]
fn what_cannot_be_audited_is_said() {
    let dir = tempfile::tempdir().unwrap();
    pictures(&dir.path().join("data"), &["red", "blue"], 4);
    let line = |n: usize| format!("data/{}/00{}.png,{}\n", ["red", "blue"][n / 4], n % 4, n / 4);
    let lines: String = (0..8).map(line).collect();
    fs::write(dir.path().join("numbers.csv"), format!("path,label\n{lines}")).unwrap();
    for (args, want) in [
        (&["audit"][..], "nothing to audit"),
        (&["audit", "nowhere"], "nowhere"),
        (&["audit", "data", "--dataset", "Pictograms"], "one of them"),
        (&["audit", "numbers.csv"], "bare numbers"),
        (&["audit", "data", "TEST.NO_TEST=false"], "DATASET.TRAIN_ON_ALL"),
        (&["audit", "data", "OPTIM.LRR=1"], "OPTIM.LRR"),
    ] {
        let ran = mlpt(dir.path(), args);
        assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(want) && !ran.stderr.contains("panicked"), "{args:?}: {}", ran.stderr);
        assert!(!dir.path().join("output").exists(), "{args:?}");
    }
}
