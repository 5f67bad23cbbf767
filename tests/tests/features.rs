//! Features that are kept on the disk, and fixed views: whole runs of the command.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use common::process::{Running, Stop};
use common::same::{assert_same, masked};
use common::{Ran, animals, command, mlpt, small_run};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// [`animals`] that are an hour old.
fn old_animals(root: &Path) {
    animals(root);
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
        }
    }
}

fn store(dir: &Path) -> PathBuf {
    dir.join("cache-home/mlpt/features")
}

/// Images that the last process of a run really encoded.
fn spent(dir: &Path) -> u64 {
    let text = fs::read_to_string(dir.join("run/attempts.jsonl")).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    last["passes"]["image_rows"].as_u64().unwrap()
}

/// With the store off, empty, full, half full and broken: every byte of the run directory is the same.
#[test]
fn a_run_is_the_same_whatever_is_kept() {
    let args = small_run(&[], &["DATASET.POOL=expand", "DATASET.NUM_EXPAND=2", "NOISE.NAME=confusion"]);
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    old_animals(&dir.join("data"));
    let run = |more: &str| {
        if dir.join("run").exists() {
            fs::remove_dir_all(dir.join("run")).unwrap();
        }
        let args = [&args[..], &[more][..]].concat();
        let ran = mlpt(dir, &args).ok();
        (masked(&dir.join("run"), &["FEATURES.CACHE", "FEATURES.DIR"]), spent(dir), ran.stderr)
    };
    let (off, all, _) = run("FEATURES.CACHE=false");
    assert!(!store(dir).exists(), "nothing is kept");
    let (empty, first, _) = run("FEATURES.CACHE=true");
    assert_same(&off, &empty, "an empty store");
    assert!(first <= all, "{first} {all}");
    let (full, second, _) = run("FEATURES.CACHE=true");
    assert_same(&off, &full, "a full store");
    assert!(second < first, "{second} {first}");

    // The test images alone.
    let half = mlpt(dir, &["features", "clear"]).ok();
    assert!(half.stdout.contains("removed 1 file of features"), "{}", half.stdout);
    mlpt(dir, &["eval", "run"]).ok();
    let (half, third, _) = run("FEATURES.CACHE=true");
    assert_same(&off, &half, "a store that has some");
    assert!(second < third && third < first, "{second} {third} {first}");

    // Broken: told once, and made anew.
    let listing = mlpt(dir, &["features", "list", "--json"]).ok();
    let listing: Value = serde_json::from_str(&listing.stdout).unwrap();
    let file = PathBuf::from(listing["files"][0]["path"].as_str().unwrap());
    let bytes = fs::read(dir.join(&file)).unwrap();
    fs::write(dir.join(&file), &bytes[..bytes.len() / 2]).unwrap();
    fs::remove_dir_all(dir.join("run")).unwrap();
    let ran = mlpt(dir, &args).ok();
    let name = file.file_name().unwrap().to_str().unwrap();
    let told = ran.stderr.lines().filter(|line| line.contains(name) && line.contains("is damaged")).count();
    assert_eq!(told, 1, "{}", ran.stderr);
    assert_eq!(fs::read(dir.join(&file)).unwrap().len(), bytes.len());
}

#[test]
fn a_second_evaluation_encodes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    old_animals(&dir.join("data"));
    mlpt(dir, &small_run(&[], &["FEATURES.CACHE=false"])).ok();
    // What the run says of the store does not bind the evaluation.
    let eval = |more: &[&str]| {
        let ran = mlpt(dir, &[&["eval", "run", "--json", "-vv"][..], more].concat()).ok();
        let mut result: Value = serde_json::from_str(&ran.stdout).unwrap();
        result["elapsed_s"] = Value::Null;
        (result, ran.stderr)
    };
    let (off, _) = eval(&[]);
    let (first, told) = eval(&["FEATURES.CACHE=true"]);
    assert!(told.contains("Features of 12 images: 0 kept, 12 encoded"), "{told}");
    let (second, told) = eval(&["FEATURES.CACHE=true"]);
    assert!(told.contains("Features of 12 images: 12 kept, 0 encoded"), "{told}");
    assert!(off == first && first == second, "{off} {first} {second}");
    // A changed picture is seen.
    let path = dir.join("data/test/owl/001.png");
    fs::copy(dir.join("data/test/cat/000.png"), &path).unwrap();
    let (_, told) = eval(&["FEATURES.CACHE=true"]);
    assert!(told.contains("Features of 12 images: 12 kept, 0 encoded"), "the cat is known: {told}");
    image::RgbImage::from_pixel(30, 30, image::Rgb([9, 200, 9])).save(&path).unwrap();
    let (_, told) = eval(&["FEATURES.CACHE=true"]);
    assert!(told.contains("Features of 12 images: 11 kept, 1 encoded"), "{told}");
    // A folder of one's own, and one that cannot be.
    let (_, told) = eval(&["FEATURES.CACHE=true", "FEATURES.DIR=mine"]);
    assert!(told.contains("0 kept, 12 encoded") && dir.join("mine").is_dir(), "{told}");
    fs::write(dir.join("wall"), "a file").unwrap();
    let (result, told) = eval(&["FEATURES.CACHE=true", "FEATURES.DIR=wall/x"]);
    assert_eq!(told.matches("features cannot be kept").count(), 1, "{told}");
    assert_eq!(result["total"], 12);
}

#[test]
fn listed_and_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert!(mlpt(dir, &["features", "list"]).ok().stdout.contains("no features are kept"));
    old_animals(&dir.join("data"));
    let zero = ["eval", "--trainer", "ZeroshotCLIP", "--dataset", "Folder", "--root", "data"];
    mlpt(dir, &zero).ok();
    let listing = mlpt(dir, &["features", "list"]).ok().stdout;
    assert!(
        listing.contains("tiny-clip") && listing.contains("12 rows") && listing.contains("12 image files"),
        "{listing}"
    );
    let value: Value = serde_json::from_str(&mlpt(dir, &["features", "list", "--json"]).ok().stdout).unwrap();
    assert_eq!(value["files"][0]["images"], 12);
    assert_eq!(value["files"][0]["recipe"]["device"], "cpu");
    let given = store(dir).display().to_string();
    let same: Value =
        serde_json::from_str(&mlpt(dir, &["features", "list", "--json", "--dir", &given]).ok().stdout).unwrap();
    assert_eq!(same, value);
    let elsewhere = Ran::of(command(dir).args(["features", "list"]).env("MLPT__FEATURES__DIR", "elsewhere")).ok();
    assert!(elsewhere.stdout.contains("elsewhere: no features"), "{}", elsewhere.stdout);
    assert!(mlpt(dir, &["features", "clear"]).ok().stdout.contains("removed 1 file"));
    assert!(mlpt(dir, &["features", "list"]).ok().stdout.contains("no features are kept"));
    assert_eq!(mlpt(dir, &["features"]).code, Some(2));
}

/// Processes that write at one time: nothing is lost, and all say the same.
#[test]
fn several_processes_share_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    old_animals(&dir.join("data"));
    let zero = ["eval", "--trainer", "ZeroshotCLIP", "--dataset", "Folder", "--root", "data", "--json", "SEED=1"];
    let split = |i: usize| if i.is_multiple_of(2) { "TEST.SPLIT=val" } else { "TEST.SPLIT=test" };
    let started: Vec<_> = (0..6)
        .map(|i| {
            let mut command = command(dir);
            command.args(zero).arg(split(i)).arg("DATASET.NUM_SHOTS=-1");
            command.stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let told: Vec<Value> = started
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success());
            let mut result: Value = serde_json::from_slice(&output.stdout).unwrap();
            result["elapsed_s"] = Value::Null;
            result
        })
        .collect();
    assert!(told[0] == told[2] && told[2] == told[4] && told[1] == told[3] && told[3] == told[5]);
    let value: Value = serde_json::from_str(&mlpt(dir, &["features", "list", "--json"]).ok().stdout).unwrap();
    assert_eq!(value["files"].as_array().unwrap().len(), 1);
    assert!(value["files"][0]["fault"].is_null());
    let images = value["files"][0]["images"].as_u64().unwrap();
    let wanted = told[0]["total"].as_u64().unwrap() + told[1]["total"].as_u64().unwrap();
    assert_eq!(images, wanted);
}

/// Rows of the image tower by epoch.
fn rows(dir: &Path) -> Vec<f64> {
    let text = fs::read_to_string(dir.join("run/metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|l| l["name"] == "passes/image_rows").map(|l| l["value"].as_f64().unwrap()).collect()
}

#[test]
fn fixed_views_are_encoded_once_and_a_resumed_run_is_the_same() {
    let views = ["DATALOADER.VIEWS=2", "OPTIM.MAX_EPOCH=14", "TRAIN.CHECKPOINT_FREQ=0"];
    let args = small_run(&[], &views);
    let dir = tempfile::tempdir().unwrap();
    old_animals(&dir.path().join("data"));
    mlpt(dir.path(), &args).ok();
    let whole = masked(&dir.path().join("run"), &[]);
    let rows = rows(dir.path());
    assert_eq!(rows.len(), 14);
    let log = String::from_utf8(whole["log.txt"].clone()).unwrap();
    let told = log.lines().find_map(|l| l.strip_prefix("Views: 2 of each of ")).unwrap();
    let images: f64 = told.split(' ').next().unwrap().parse().unwrap();
    // A wrong image may be another item's own.
    assert!((9.0..=12.0).contains(&images), "{told}");
    // The training images in 2 views, then 12 items of the pool, and 12 images for validation.
    assert!(rows[0] < rows[3], "{rows:?}");
    assert_eq!(rows[10..], [rows[13]; 4], "{rows:?}");
    assert_eq!(rows[13], images * 2.0 + 12.0 + 12.0, "{rows:?}");

    for (moment, how) in
        [("Warmup CLIP2 epoch [2/14] batch [2/", Stop::Kill), ("Train CLIP1 epoch [4/14] batch [1/", Stop::Interrupt)]
    {
        let resumed = (0..8).find_map(|_| {
            let dir = tempfile::tempdir().unwrap();
            old_animals(&dir.path().join("data"));
            let mut running = Running::start(dir.path(), &args);
            if !running.wait_for(moment) {
                return None;
            }
            running.stop(how);
            if dir.path().join("run/result.json").exists() {
                return None;
            }
            mlpt(dir.path(), &args).ok();
            Some(masked(&dir.path().join("run"), &[]))
        });
        assert_same(&whole, &resumed.unwrap_or_else(|| panic!("never in time: {moment}")), moment);
    }
}

#[test]
fn fixed_views_with_every_kind_of_mechanism() {
    for settings in [
        &["TRAINER.NAME=CoOp"][..],
        &["TRAINER.NAME=CoCoOp", "DATALOADER.TRAIN_X.BATCH_SIZE=3"],
        &["TRAINER.NAME=VPT"],
        &["TRAINER.MLPT.LEARNER2.MECHANISM=MaPLe", "TRAINER.MAPLE.PROMPT_DEPTH=2"],
        &["TRAINER.MLPT.VIEWS=2", "TRAINER.MLPT.MIXUP=true", "TRAINER.MLPT.ALPHA=0.5"],
    ] {
        let files = ["0", "2"].map(|workers| {
            let dir = tempfile::tempdir().unwrap();
            old_animals(&dir.path().join("data"));
            let workers = format!("DATALOADER.NUM_WORKERS={workers}");
            let more = [settings, &["DATALOADER.VIEWS=3", &workers, "WARMUP.EPOCH=1", "OPTIM.MAX_EPOCH=3"]].concat();
            mlpt(dir.path(), &small_run(&[], &more)).ok();
            masked(&dir.path().join("run"), &["DATALOADER.NUM_WORKERS"])
        });
        assert_same(&files[0], &files[1], &format!("{settings:?}"));
    }
    let dir = tempfile::tempdir().unwrap();
    old_animals(&dir.path().join("data"));
    let many = mlpt(dir.path(), &small_run(&[], &["DATALOADER.VIEWS=1001"]));
    assert!(many.code == Some(1) && many.stderr.contains("DATALOADER.VIEWS is 1001: at most 1000"), "{}", many.stderr);
}
