//! What a trained run is used for: labels for images, and the classifier alone.
#![allow(clippy::unwrap_used)]

mod common;

use candle_core::{DType, Device, Tensor};
use common::{animals, json, mlpt};
use mlpt_core::tensor::{normalize, softmax};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn train(dir: &Path, trainer: &str) {
    animals(&dir.join("data"));
    let args = ["train", "--dataset", "Folder", "--root", "data", "--output-dir", "run", "--trainer", trainer];
    let short = [
        "--seed=1",
        "DATASET.NUM_SHOTS=4",
        "OPTIM.MAX_EPOCH=3",
        "OPTIM.WARMUP_EPOCH=1",
        "WARMUP.EPOCH=1",
        "OPTIM.LR=0.05",
        "DATALOADER.TRAIN_X.BATCH_SIZE=4",
    ];
    mlpt(dir, &[&args[..], &short].concat()).ok();
    // The data set need not be there; its test pictures are images like others.
    fs::rename(dir.join("data/test"), dir.join("pictures")).unwrap();
    fs::remove_dir_all(dir.join("data")).unwrap();
}

fn predicted(dir: &Path) -> Value {
    let told = mlpt(dir, &["predict", "--run", "run", "pictures", "--json"]).ok();
    assert_eq!(told.stderr, "");
    serde_json::from_str(&told.stdout).unwrap()
}

#[test]
fn labels_are_those_of_the_evaluation() {
    for trainer in ["MLPT", "CoCoOp", "VPT", "ZeroshotCLIP"] {
        let dir = tempfile::tempdir().unwrap();
        train(dir.path(), trainer);
        let document = predicted(dir.path());
        let images = document["images"].as_array().unwrap();
        assert_eq!(images.len(), 12);
        let right =
            images.iter().filter(|i| i["path"].as_str().unwrap().contains(i["label"].as_str().unwrap())).count();
        let want = json(&dir.path().join("run/result.json"))["accuracy"].as_f64().unwrap();
        assert!((100.0 * right as f64 / 12.0 - want).abs() < 1e-9, "{trainer}: {right} of 12, {want} %");
        for image in images {
            let all: Vec<f64> =
                image["probabilities"].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect();
            assert!((all.iter().sum::<f64>() - 1.0).abs() < 1e-6);
            assert_eq!(all.iter().copied().fold(0.0, f64::max), image["probability"].as_f64().unwrap());
        }
    }
}

#[test]
fn a_table_a_list_and_single_files() {
    let dir = tempfile::tempdir().unwrap();
    train(dir.path(), "CoOp");
    let told = mlpt(dir.path(), &["predict", "--run", "run", "pictures/cat/000.png", "--top", "2"]).ok();
    let line = told.stdout.trim();
    assert!(line.starts_with("pictures/cat/000.png ") && line.matches(" %").count() == 2, "{line}");
    mlpt(dir.path(), &["predict", "--run", "run", "pictures", "-o", "labels.csv"]).ok();
    let table = fs::read_to_string(dir.path().join("labels.csv")).unwrap();
    assert_eq!(table.lines().count(), 13);
    assert_eq!(table.lines().next().unwrap(), "path,label,probability");
    let first = predicted(dir.path())["images"][0].clone();
    let want = format!("{},{},", first["path"].as_str().unwrap(), first["label"].as_str().unwrap());
    assert!(table.lines().nth(1).unwrap().starts_with(&want), "{table}");
}

#[test]
fn the_exported_classifier_gives_the_same_probabilities() {
    for trainer in ["CoOp", "MLPT"] {
        let dir = tempfile::tempdir().unwrap();
        train(dir.path(), trainer);
        mlpt(dir.path(), &["export", "--run", "run", "-o", "exported"]).ok();
        let document = json(&dir.path().join("exported/classifier.json"));
        assert_eq!(document["classes"], serde_json::json!(["cat", "dog", "owl"]));
        let cpu = &Device::Cpu;
        let weights = candle_core::safetensors::load(dir.path().join("exported/classifier.safetensors"), cpu).unwrap();
        let weights = weights["class_features"].to_dtype(DType::F64).unwrap();

        let told = predicted(dir.path());
        let images: Vec<&str> =
            told["images"].as_array().unwrap().iter().map(|image| image["path"].as_str().unwrap()).collect();
        let mut args = vec!["encode", "--out", "features.safetensors", "--image"];
        args.extend(&images);
        mlpt(dir.path(), &args).ok();
        let features = candle_core::safetensors::load(dir.path().join("features.safetensors"), cpu).unwrap();
        let features = normalize(&features["images"].to_dtype(DType::F64).unwrap()).unwrap();
        let scale = document["logit_scale"].as_f64().unwrap();
        let logits: Tensor = (features.matmul(&weights.t().unwrap()).unwrap() * scale).unwrap();
        let ours = softmax(&logits).unwrap().to_vec2::<f64>().unwrap();
        for (ours, image) in ours.iter().zip(told["images"].as_array().unwrap()) {
            for (ours, theirs) in ours.iter().zip(image["probabilities"].as_array().unwrap()) {
                assert!((ours - theirs.as_f64().unwrap()).abs() < 1e-4, "{trainer}: {ours} {theirs}");
            }
        }
    }
}

#[test]
fn what_depends_on_the_image_is_not_exported() {
    for (trainer, why) in [("CoCoOp", "depend on the image"), ("VPT", "prompts in the image tower")] {
        let dir = tempfile::tempdir().unwrap();
        train(dir.path(), trainer);
        let ran = mlpt(dir.path(), &["export", "--run", "run", "-o", "exported"]);
        assert!(ran.code == Some(1) && ran.stderr.contains(why), "{}", ran.stderr);
        assert!(!dir.path().join("exported").exists());
    }
}

#[test]
fn bad_input_is_named() {
    let dir = tempfile::tempdir().unwrap();
    train(dir.path(), "CoOp");
    fs::write(dir.path().join("pictures/cat/broken.png"), "no picture").unwrap();
    fs::create_dir(dir.path().join("empty")).unwrap();
    let refused = |args: &[&str], wanted: &str| {
        let ran = mlpt(dir.path(), args);
        assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.stdout);
        assert!(ran.stderr.contains(wanted) && ran.stdout.is_empty(), "{args:?}: {}", ran.stderr);
    };
    refused(&["predict", "--run", "none", "pictures"], "there is no run directory none");
    refused(&["predict", "--run", "empty", "pictures"], "holds no run of this program");
    refused(&["predict", "--run", "run", "none.png"], "there is no image or folder none.png");
    refused(&["predict", "--run", "run", "empty"], "empty holds no image");
    refused(&["predict", "--run", "run", "pictures"], "broken.png");
    refused(&["predict", "--run", "run", "pictures/cat/000.png", "--load-epoch", "9"], "9");
    let told = mlpt(dir.path(), &["predict", "--run", "run", "pictures", "--skip-broken", "--json"]).ok();
    assert!(told.stderr.contains("broken.png"), "{}", told.stderr);
    assert_eq!(serde_json::from_str::<Value>(&told.stdout).unwrap()["images"].as_array().unwrap().len(), 12);
}

#[test]
fn completions_and_pages_of_the_manual() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(mlpt(dir.path(), &["completions", shell]).ok().stdout.contains("sweep"), "{shell}");
    }
    mlpt(dir.path(), &["man", "pages"]).ok();
    let page = |name: &str| fs::read_to_string(dir.path().join("pages").join(name)).unwrap();
    assert!(page("mlpt-train.1").contains("output\\-dir"));
    assert!(page("mlpt.1").contains("sweep"));
}
