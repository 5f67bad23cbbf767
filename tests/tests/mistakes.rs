//! The likeliest mistakes: one clear message, a non-zero exit code, no panic, nothing half-written.
#![allow(clippy::unwrap_used)]

mod common;

use common::{SHORT, mlpt};
use std::fs;
use std::path::Path;

/// Runs `train` with a mistake in it; the message must hold every one of `wanted`.
fn refused(dir: &Path, args: &[&str], wanted: &[&str]) {
    // A run that broke off on a bad picture leaves its settings behind.
    let _ = fs::remove_dir_all(dir.join("out"));
    let mut all = vec!["train", "--output-dir", "out"];
    if !args.contains(&"--trainer") {
        all.extend(["--trainer", "CoOp"]);
    }
    all.extend(args);
    let ran = mlpt(dir, &all);
    assert!(matches!(ran.code, Some(1 | 2)), "{args:?}: exit code {:?}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("error:"), "{args:?}: {}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{args:?}: {}", ran.stderr);
    for text in wanted {
        assert!(ran.stderr.to_lowercase().contains(&text.to_lowercase()), "{args:?}: no '{text}' in:\n{}", ran.stderr);
    }
    assert!(!dir.join("out/result.json").exists(), "{args:?} left a result");
}

/// A folder data set with `classes` of `count` pictures each.
fn folder(root: &Path, classes: &[&str], count: usize) {
    for (c, class) in classes.iter().enumerate() {
        fs::create_dir_all(root.join(class)).unwrap();
        for i in 0..count {
            let picture = image::RgbImage::from_fn(20 + c as u32, 24, |x, y| {
                image::Rgb([(x * 10) as u8, (y * 9 + i as u32) as u8, (60 * c) as u8])
            });
            picture.save(root.join(class).join(format!("{i:03}.png"))).unwrap();
        }
    }
}

#[test]
fn names_keys_and_values() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    refused(dir, &["--dataset", "Pictogram"], &["unknown data set 'Pictogram'", "Pictograms"]);
    refused(dir, &["--trainer", "CoOpp", "--dataset", "Pictograms"], &["unknown trainer 'CoOpp'", "CoOp"]);
    refused(dir, &["--dataset", "Pictograms", "OPTIM.LRR", "0.1"], &["OPTIM.LRR", "OPTIM.LR"]);
    refused(dir, &["--dataset", "Pictograms", "OPTIM.LR", "fast"], &["OPTIM.LR", "float", "fast"]);
    refused(dir, &["--dataset", "Pictograms", "--device", "gpu7"], &["gpu7", "cpu"]);
    refused(dir, &["--dataset", "Pictograms", "--backbone", "RN51"], &["RN51"]);
    refused(dir, &["--dataset", "Pictograms", "OPTIM.MAX_EPOCH"], &["OPTIM.MAX_EPOCH"]);
}

#[test]
fn files_that_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    refused(dir, &["--dataset", "Caltech101", "--root", "nowhere"], &["nowhere", "root"]);
    refused(dir, &["--dataset", "Caltech101"], &["root"]);
    refused(dir, &["--trainer", "CoOp"], &["data set"]);
    refused(dir, &["--config-file", "missing.yaml"], &["missing.yaml"]);
    refused(dir, &["--dataset", "Pictograms", "--eval-only", "--model-dir", "no-run"], &["no-run"]);
}

#[test]
fn all_faults_of_all_layers_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("a.yaml"), "OPTIM:\n  LRR: 0.1\nDATASET:\n  NUM_SHOTS: many\n").unwrap();
    refused(
        dir,
        &["--dataset", "Pictograms", "--config-file", "a.yaml", "SEDE=1"],
        &["OPTIM.LRR", "a.yaml", "DATASET.NUM_SHOTS", "SEDE"],
    );
}

#[test]
fn pictures_that_cannot_be_used() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    folder(&dir.join("few"), &["cat", "dog", "owl"], 12);
    let mut args = vec!["--trainer", "CoOp", "--dataset", "Folder", "--root", "few"];
    args.extend(SHORT);
    args.push("DATASET.NUM_SHOTS=9");
    refused(dir, &args, &["cat", "9"]);

    folder(&dir.join("bad"), &["cat", "dog"], 20);
    for i in 0..20 {
        fs::write(dir.join(format!("bad/dog/{i:03}.png")), b"\x89PNG\r\n\x1a\nnot really").unwrap();
    }
    let mut args = vec!["--trainer", "CoOp", "--dataset", "Folder", "--root", "bad"];
    args.extend(SHORT);
    refused(dir, &args, &["dog", ".png"]);

    fs::create_dir_all(dir.join("hollow/cat")).unwrap();
    folder(&dir.join("hollow"), &["dog"], 20);
    refused(dir, &["--dataset", "Folder", "--root", "hollow"], &["cat"]);
}
