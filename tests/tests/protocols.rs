//! Base-to-new and transfer by the command: train, evaluate, table.
#![allow(clippy::unwrap_used)]

mod common;

use common::{animals, json, mlpt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Settings of a run of some seconds.
const SMALL: [&str; 5] = [
    "DATASET.NUM_SHOTS=2",
    "OPTIM.MAX_EPOCH=1",
    "OPTIM.WARMUP_EPOCH=-1",
    "DATALOADER.TRAIN_X.BATCH_SIZE=16",
    "TRAIN.CHECKPOINT_FREQ=1",
];

fn files(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(run).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            all.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            all.insert(name, fs::read(&path).unwrap());
        }
    }
    all
}

#[test]
fn base_to_new() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let train = |seed: &str, more: &[&str]| {
        let run = format!("b2n/seed{seed}");
        let args = ["train", "--trainer", "CoOp", "--dataset", "Pictograms", "--seed", seed, "--output-dir", &run];
        mlpt(dir, &[&args[..], &["DATASET.SUBSAMPLE_CLASSES=base"], &SMALL[..], more].concat()).ok();
    };
    train("1", &[]);
    let run = dir.join("b2n/seed1");
    let before = files(&run);
    let new: Value =
        serde_json::from_str(&mlpt(dir, &["eval", "b2n/seed1", "DATASET.SUBSAMPLE_CLASSES=new", "--json"]).ok().stdout)
            .unwrap();
    // One file more, and nothing else is touched.
    let mut after = files(&run);
    let written = after.remove("eval-Pictograms-new-test-1.json").unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap()["correct"], new["correct"]);
    assert!(after == before, "{:?}", after.keys().collect::<Vec<_>>());
    assert_eq!((&new["total"], &new["classes"]), (&json!(600), &json!("new")));

    let table = |more: &[&str]| mlpt(dir, &[&["results", "b2n", "--protocol", "base-to-new"], more].concat());
    let report: Value = serde_json::from_str(&table(&["--json"]).ok().stdout).unwrap();
    let figures = &report["tables"][0]["rows"][1]["figures"];
    let (b, n) = (json(&run.join("result.json"))["accuracy"].as_f64().unwrap(), new["accuracy"].as_f64().unwrap());
    let means = [0, 1, 2].map(|i| figures[i]["mean"].as_f64().unwrap());
    assert_eq!(means[..2], [b, n]);
    assert!((means[2] - 2.0 * b * n / (b + n)).abs() < 1e-9, "{means:?}");
    let text = table(&[]).ok().stdout;
    let line = format!("{b:.1}   {n:.1}   {:.1}", means[2]);
    assert!(text.contains("base") && text.contains("H is the harmonic mean"), "{text}");
    let numbers = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(numbers(&text).contains(&format!("CoOp {}", numbers(&line))), "{text}");
    let markdown = table(&["--format", "markdown"]).ok().stdout;
    assert!(markdown.starts_with("| | base | new | H |\n|---|---:|---:|---:|\n| zero-shot | "), "{markdown}");
    let latex = table(&["--format", "latex"]).ok().stdout;
    let begin = "\\begin{tabular}{lrrr}\n\\hline\n& base & new & H \\\\\n\\hline\nzero-shot & ";
    assert!(latex.starts_with(begin) && latex.contains("\nH is the harmonic mean of base and new."), "{latex}");
    assert_eq!(table(&["--format", "csv"]).ok().stdout.lines().count(), 7);

    // A seed without its counterpart, and the words for it.
    train("2", &["DATASET.NUM_FP=1"]);
    let text = table(&[]).ok().stdout;
    assert!(text.contains("CoOp, 0 wrong") && text.contains("CoOp, 1 wrong"), "{text}");
    assert!(numbers(&text).contains("`mlpt eval b2n/seed2 DATASET.SUBSAMPLE_CLASSES=new`"), "{text}");
    // Runs on all classes and on some of them share a folder, not a table.
    let plain = mlpt(dir, &["results", "b2n"]).ok().stdout;
    assert!(plain.contains("12 base classes"), "{plain}");
    let refused = mlpt(dir, &["results", "b2n", "--protocol", "transfer"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("--dataset NAME"), "{}", refused.stderr);

    // Replacing a run takes the evaluations of the old one with it.
    train("1", &["--overwrite"]);
    assert!(!run.join("eval-Pictograms-new-test-1.json").exists() && run.join("result.json").exists());
}

#[test]
fn transfer() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    animals(&dir.join("data"));
    let args =
        ["train", "--trainer", "CoOp", "--dataset", "Folder", "--root", "data", "--seed", "1", "--output-dir", "run"];
    mlpt(dir, &[&args[..], &SMALL[..]].concat()).ok();
    let eval = |more: &[&str]| {
        let ran = mlpt(dir, &[&["eval", "run", "--json"], more].concat()).ok();
        (serde_json::from_str::<Value>(&ran.stdout).unwrap(), ran.stderr)
    };
    let (base, _) = eval(&["--dataset", "Pictograms", "DATASET.SUBSAMPLE_CLASSES=base"]);
    let (new, _) = eval(&["--dataset", "Pictograms", "DATASET.SUBSAMPLE_CLASSES=new"]);
    let report = mlpt(dir, &["results", "run", "--json", "--protocol", "cross-dataset"]).ok().stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    let table = &report["tables"][0];
    let labels: Vec<&str> = table["columns"].as_array().unwrap().iter().map(|c| c["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["source: Folder", "Pictograms (base)", "Pictograms (new)", "average"]);
    let mean = |i: usize| table["rows"][1]["figures"][i]["mean"].as_f64().unwrap();
    let (b, n) = (base["accuracy"].as_f64().unwrap(), new["accuracy"].as_f64().unwrap());
    assert_eq!((mean(0), mean(1), mean(2)), (json(&dir.join("run/result.json"))["accuracy"].as_f64().unwrap(), b, n));
    assert!((mean(3) - (b + n) / 2.0).abs() < 1e-9);
    let unknown = mlpt(dir, &["results", "run", "--protocol", "transfer", "--targets", "Dogs"]);
    assert!(unknown.stderr.contains("no run was evaluated on a data set called 'Dogs'"), "{}", unknown.stderr);

    // Other data of the same name replace the evaluation, with a warning.
    eval(&["--root", "data"]);
    common::pictures(&dir.join("others"), &["cat", "dog"], 12);
    let (_, told) = eval(&["--root", "others"]);
    assert!(told.contains("held an evaluation on other data of this name"), "{told}");
}
