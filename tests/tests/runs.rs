//! Whole runs of the command.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::same::{assert_same, masked};
use common::{SHORT, animals, json, mlpt, photographs, small_run};
use std::fs;

#[test]
fn a_short_mutual_run_leaves_everything_behind() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = vec!["train", "--preset", "demo", "--output-dir", "run"];
    args.extend(SHORT);
    let ran = mlpt(dir.path(), &args).ok();
    let run = dir.path().join("run");
    for name in ["config.toml", "run.json", "noise.csv", "images.csv", "log.txt", "metrics.jsonl", "result.json"] {
        assert!(run.join(name).is_file(), "{name} is missing");
    }
    let result = json(&run.join("result.json"));
    assert_eq!(result["trainer"], "MLPT");
    assert_eq!(result["shots"], 4);
    let accuracy = result["accuracy"].as_f64().unwrap();
    assert!((0.0..=100.0).contains(&accuracy));
    let (correct, total) = (result["correct"].as_f64().unwrap(), result["total"].as_f64().unwrap());
    assert!((accuracy - 100.0 * correct / total).abs() < 1e-9);
    assert!(ran.stdout.contains("zero-shot") || ran.stdout.contains("Zero-shot"), "{}", ran.stdout);

    // One wrong image of four in every class, and the log holds what the field's scripts look for.
    let wrong = fs::read_to_string(run.join("noise.csv"))
        .unwrap()
        .lines()
        .skip(1)
        .filter(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            cells[1] != cells[2]
        })
        .count();
    assert_eq!(wrong as u64, result["noise"]["wrong"].as_u64().unwrap_or(wrong as u64));
    let log = fs::read_to_string(run.join("log.txt")).unwrap();
    assert!(log.contains("\nFinish training\n") && log.contains("=> result") && log.contains("* accuracy: "));

    // The same command again does not spoil a finished run.
    let again = mlpt(dir.path(), &args);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("--overwrite"), "{}", again.stderr);

    // Evaluating the checkpoint gives the same count.
    let eval = mlpt(dir.path(), &["eval", "--model-dir", "run", "--json"]).ok();
    let eval: serde_json::Value = serde_json::from_str(&eval.stdout).unwrap();
    assert_eq!(eval["correct"], result["correct"]);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let mut first = None;
    for threads in ["0", "1", "3"] {
        let dir = tempfile::tempdir().unwrap();
        animals(&dir.path().join("data"));
        let threads = format!("DATALOADER.NUM_WORKERS={threads}");
        let settings = ["DATASET.POOL=expand", "DATASET.NUM_EXPAND=2", "TEST.COMPUTE_CMAT=True", threads.as_str()];
        mlpt(dir.path(), &small_run(&[], &settings)).ok();
        let files = masked(&dir.path().join("run"), &["DATALOADER.NUM_WORKERS ="]);
        for name in ["clean.csv", "cmat.csv", "draw.json", "pool.csv", "prompt_learner2/model.safetensors-4"] {
            assert!(files.contains_key(name), "{name}");
        }
        match &first {
            None => first = Some(files),
            Some(first) => assert_same(first, &files, &threads),
        }
    }
}

#[test]
fn every_trainer_sees_the_same_noise() {
    let dir = tempfile::tempdir().unwrap();
    let manifests: Vec<Vec<u8>> = ["CoOp", "MLPT"]
        .iter()
        .map(|trainer| {
            let mut args = vec!["train", "--preset", "demo", "--trainer", trainer, "--output-dir", trainer];
            args.extend(SHORT);
            mlpt(dir.path(), &args).ok();
            fs::read(dir.path().join(trainer).join("noise.csv")).unwrap()
        })
        .collect();
    assert_eq!(manifests[0], manifests[1]);

    // So their results pair.
    let results = mlpt(dir.path(), &["results", ".", "--json", "--compare", "MLPT", "CoOp"]).ok();
    let report: serde_json::Value = serde_json::from_str(&results.stdout).unwrap();
    let table = &report["tables"][0];
    assert_eq!(table["same_manifests"], true);
    let paired = &table["comparison"]["columns"][0];
    let accuracy = |trainer: &str| json(&dir.path().join(trainer).join("result.json"))["accuracy"].as_f64().unwrap();
    let difference = paired["summary"]["mean"].as_f64().unwrap();
    assert!((difference - (accuracy("MLPT") - accuracy("CoOp"))).abs() < 1e-9);
    assert_eq!(paired["unpaired"].as_array().unwrap().len(), 0);
}

#[test]
fn real_photographs() {
    let Some(root) = photographs() else {
        println!("skipped: no real photographs on this machine");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let root = root.to_string_lossy().into_owned();
    let args =
        ["train", "--trainer", "ZeroshotCLIP", "--dataset", "Caltech101", "--root", &root, "--output-dir", "run"];
    mlpt(dir.path(), &args).ok();
    assert_eq!(json(&dir.path().join("run/result.json"))["total"], 2465);
}
