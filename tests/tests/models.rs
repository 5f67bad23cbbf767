//! Models from everywhere: folders, files and a hub on loopback, through the command.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use candle_core::{DType, Device, Tensor};
use common::{Ran, command, mlpt, photographs, pictures, workspace};
use mlpt_core::clip::{FrozenClip, ModelSource};
use mlpt_core::weights::read_tensors;
use mlpt_tests::hub_server::{HubServer, Kind};
use mlpt_tests::parity::{generated, golden};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A small modified ResNet as OpenAI's archives hold theirs.
fn archive() -> PathBuf {
    golden::path("clip_torchscript.pt")
}

/// What open_clip says of that model.
const OPEN_CLIP: &str = r#"{"model_cfg": {"embed_dim": 8, "quick_gelu": true,
    "vision_cfg": {"image_size": 64, "layers": [1, 2, 1, 1], "width": 8, "patch_size": null},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 4, "heads": 1, "layers": 2}},
    "preprocess_cfg": {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711],
    "interpolation": "bicubic", "resize_mode": "shortest"}}"#;

/// The same weights as open_clip publishes them, in f32.
fn open_clip(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    let weights: HashMap<String, Tensor> = read_tensors(&archive())
        .unwrap()
        .tensors
        .into_iter()
        .filter(|(_, t)| t.dtype() == DType::F16)
        .map(|(name, t)| (name, t.to_dtype(DType::F32).unwrap()))
        .collect();
    candle_core::safetensors::save(&weights, dir.join("open_clip_model.safetensors")).unwrap();
    fs::write(dir.join("open_clip_config.json"), OPEN_CLIP).unwrap();
    // As timm's repositories have them: about the image tower alone.
    fs::write(dir.join("config.json"), r#"{"architecture": "resnet50_clip", "num_classes": 8}"#).unwrap();
    fs::write(dir.join("model.safetensors"), "not looked at").unwrap();
}

fn hugging_face(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    for entry in fs::read_dir(workspace().join("mlpt-core/assets/tiny-clip")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, dir.join(path.file_name().unwrap())).unwrap();
    }
}

fn numbers(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

fn near(ours: &[f32], theirs: &[f64]) {
    let most = theirs.iter().fold(0f64, |m, x| m.max(x.abs()));
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((f64::from(*a) - b).abs() < 1e-4 * most, "{a} {b}");
    }
}

/// An archive of TorchScript in f16, open_clip's layout, and a bare file in OpenAI's naming: open_clip's features.
#[test]
fn one_residual_network_in_every_shape() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("open_clip");
    open_clip(&folder);
    let bare = place.path().join("bare.safetensors");
    fs::copy(folder.join("open_clip_model.safetensors"), &bare).unwrap();
    let alone = place.path().join("alone");
    fs::create_dir(&alone).unwrap();
    fs::copy(archive(), alone.join("RN-small.pt")).unwrap();

    let golden = golden::json("clip_family.json").unwrap();
    let case = &golden["torchscript"];
    let pixels = generated::pixels(2, 64).unwrap();
    for source in [
        ModelSource::File(archive()),
        ModelSource::File(bare),
        ModelSource::Directory(folder),
        ModelSource::Directory(alone),
    ] {
        let clip = FrozenClip::load(&source, &Device::Cpu).unwrap_or_else(|e| panic!("{source:?}: {e}"));
        near(&numbers(&clip.encode_images(&pixels).unwrap()), &golden::floats(case, "image").unwrap());
        // A row's bits hang on its image alone.
        let both = numbers(&clip.encode_images_apart(&pixels).unwrap());
        let alone = numbers(&clip.encode_images_apart(&pixels.narrow(0, 1, 1).unwrap()).unwrap());
        assert_eq!(both[alone.len()..], alone);
        let text = clip.encode_prompts(&["a photo of a dog.".to_owned()]).unwrap();
        near(&numbers(&text), &golden::floats(case, "text").unwrap());
        let ids = clip.tokenizer().tokenize_full("a photo of a dog.").unwrap();
        assert_eq!(ids, golden::indices(case, "ids").unwrap().iter().map(|i| *i as u32).collect::<Vec<_>>());
    }
}

/// Three layouts on the hub, from the name to a zero-shot result, on Caltech-101's test images where this machine has
/// them; then without any connection.
#[test]
fn three_repositories_of_a_hub() {
    let place = tempfile::tempdir().unwrap();
    let (at, dir) = (|name: &str| place.path().join(name), place.path());
    pictures(&at("data"), &["cat", "dog"], 6);
    let photographs = photographs();
    if photographs.is_none() {
        println!("skipped: no photographs on this machine; tiny pictures stand for them");
    }
    hugging_face(&at("hf"));
    open_clip(&at("timm"));
    fs::create_dir(at("openai")).unwrap();
    fs::copy(archive(), at("openai/RN50.pt")).unwrap();
    let server = HubServer::start().unwrap();
    // A published name is a repository; so that of RN50 is open_clip's.
    let repos = [("someone/tiny", "hf"), ("timm/resnet50_clip.openai", "timm"), ("someone/archive", "openai")];
    for (id, folder) in repos {
        server.repo(Kind::Model, id, &at(folder)).unwrap();
    }
    let run = |backbone: &str, output: &str, offline: bool| {
        let mut command = command(dir);
        command.args(["train", "--trainer", "ZeroshotCLIP", "DATASET.NUM_SHOTS=1", "--backbone", backbone]);
        match &photographs {
            Some(root) => command.args(["--dataset", "Caltech101", "--root"]).arg(root),
            None => command.args(["--dataset", "Folder", "--root", "data"]),
        };
        command.args(["--output-dir", output]);
        command.env("HF_ENDPOINT", server.url()).env("HF_HUB_OFFLINE", if offline { "1" } else { "0" });
        command.env("NO_PROXY", "127.0.0.1");
        Ran::of(&mut command).ok();
        let result: Value = serde_json::from_str(&fs::read_to_string(at(output).join("result.json")).unwrap()).unwrap();
        println!("{backbone}: {} of {}", result["correct"], result["total"]);
        (result["backbone"].as_str().unwrap().to_owned(), result["correct"].clone(), result["model_digest"].clone())
    };
    let names = [("someone/tiny", "someone/tiny"), ("RN50", "RN50"), ("hf-hub:someone/archive", "someone/archive")];
    let online: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(i, (given, shown))| {
            let result = run(given, &format!("online{i}"), false);
            assert_eq!(result.0, *shown);
            result
        })
        .collect();
    let before = server.connections();
    assert!(before > 0);
    for (i, (given, _)) in names.iter().enumerate().skip(1) {
        assert_eq!(run(given, &format!("offline{i}"), true), online[i]);
    }
    assert_eq!(server.connections(), before, "offline means no connection");

    let list = mlpt(dir, &["model", "list"]).ok().stdout;
    let line = |name: &str| list.lines().find(|l| l.starts_with(name)).unwrap().to_owned();
    assert!(line("RN50 ").ends_with("yes") && line("ViT-B/32").ends_with("no"), "{list}");
    mlpt(dir, &["model", "check", "RN50"]).ok();
    let message = mlpt(dir, &["train", "--backbone", "ViT-B/16"]).stderr;
    assert!(message.contains("openai/clip-vit-base-patch16") && message.contains("HF_HUB_OFFLINE"), "{message}");
}

#[test]
fn encode_gives_features_and_probabilities() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    pictures(&dir.join("data"), &["cat"], 2);
    let args = ["encode", "--image", "data/cat/000.png", "data/cat/001.png", "--text", "a cat", "--text", "a dog"];
    let json = mlpt(dir, &[&args[..], &["--text", "x", "--json", "--out", "f.safetensors"]].concat()).ok().stdout;
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["images"][1]["path"], "data/cat/001.png");
    assert_eq!(value["texts"][2]["text"], "x");
    let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
    let stored = candle_core::safetensors::load(dir.join("f.safetensors"), &Device::Cpu).unwrap();
    let features = clip.encode_prompts(&["a cat", "a dog", "x"].map(String::from)).unwrap();
    assert_eq!(numbers(&stored["texts"]), numbers(&features));
    let shown: Vec<f32> = serde_json::from_value(value["texts"][0]["features"].clone()).unwrap();
    assert_eq!(shown, numbers(&features.get(0).unwrap()));
    let ids: Vec<u32> = serde_json::from_value(value["texts"][0]["ids"].clone()).unwrap();
    assert_eq!(ids, clip.tokenizer().tokenize_full("a cat").unwrap());
    let images = clip.encode_files(&[dir.join("data/cat/000.png"), dir.join("data/cat/001.png")]).unwrap();
    assert_eq!(numbers(&stored["images"]), numbers(&images));
    let (scale, temperature) = (value["logit_scale"].as_f64().unwrap(), value["temperature"].as_f64().unwrap());
    assert!((scale * temperature - 1.0).abs() < 1e-12);
    // The probabilities by hand.
    for (i, row) in value["probabilities"].as_array().unwrap().iter().enumerate() {
        let unit = |x: &[f32]| {
            let length = x.iter().map(|a| f64::from(*a).powi(2)).sum::<f64>().sqrt();
            x.iter().map(|a| f64::from(*a) / length).collect::<Vec<_>>()
        };
        let image = unit(&numbers(&images.get(i).unwrap()));
        let scores: Vec<f64> = (0..3)
            .map(|t| {
                let text = unit(&numbers(&features.get(t).unwrap()));
                (scale * image.iter().zip(text).map(|(a, b)| a * b).sum::<f64>()).exp()
            })
            .collect();
        let sum: f64 = scores.iter().sum();
        for (got, score) in row.as_array().unwrap().iter().zip(&scores) {
            assert!((got.as_f64().unwrap() - score / sum).abs() < 1e-4, "{got} {}", score / sum);
        }
    }
    // Without one of the two there is nothing to compare.
    let text = mlpt(dir, &["encode", "--text", "a cat"]).ok().stdout;
    assert!(text.contains("128 numbers, length"), "{text}");
    let shown = mlpt(dir, &args).ok().stdout;
    assert!(shown.contains("data/cat/000.png\n  ") && shown.contains(" %  a dog"), "{shown}");
}

#[test]
fn what_cannot_be_encoded_is_named() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    fs::write(dir.join("broken.png"), "no picture").unwrap();
    let refuses = |args: &[&str], wanted: &[&str]| {
        let ran = mlpt(dir, args);
        assert!(ran.code.is_some_and(|code| code != 0), "{args:?}");
        for part in wanted {
            assert!(ran.stderr.contains(part), "{args:?}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("panicked") && !dir.join("f.safetensors").exists(), "{}", ran.stderr);
    };
    refuses(&["encode"], &["--image"]);
    refuses(&["encode", "--image", "gone.png", "--out", "f.safetensors"], &["gone.png"]);
    refuses(
        &["encode", "--image", "broken.png", "--out", "f.safetensors"],
        &["broken.png", "cannot be read as an image"],
    );
    let long = "word ".repeat(90);
    refuses(&["encode", "--text", &long], &["tokens long", "the model takes 77"]);
    refuses(&["encode", "--text", "a", "--prec", "fp8"], &["PREC is 'fp8'"]);
    refuses(&["encode", "--text", "a", "--device", "gpu"], &["unknown device 'gpu'"]);
    refuses(&["encode", "--text", "a", "--backbone", "RN5"], &["did you mean RN50?"]);
    refuses(&["encode", "--text", "a", "--backbone", "broken.png"], &["broken.png"]);
    refuses(&["model", "info", "./nowhere"], &["no such file or folder"]);
    refuses(&["model", "get", "RN101"], &["timm/resnet101_clip.openai", "HF_HUB_OFFLINE"]);
    refuses(&["model", "get", "a/b@../c"], &["names no revision"]);
}

#[test]
fn models_are_looked_at() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    let archive = archive();
    let archive = archive.to_str().unwrap();
    let info = mlpt(dir, &["model", "info", archive]).ok().stdout;
    for part in [
        "modified ResNet of [1, 2, 1, 1] blocks, width 8",
        "vocabulary of 49408",
        "64 x 64, bicubic",
        "f16",
        "OpenAI's",
    ] {
        assert!(info.contains(part), "{part}: {info}");
    }
    let info: Value = serde_json::from_str(&mlpt(dir, &["model", "info", "builtin", "--json"]).ok().stdout).unwrap();
    assert_eq!((&info["name"], &info["own_tokenizer"]), (&"tiny-clip".into(), &true.into()));
    assert!(info["parameters"].as_u64().unwrap() > 1_000_000 && info["sha256"].as_str().unwrap().len() == 64);
    assert!(mlpt(dir, &["model", "check", "builtin"]).ok().stdout.contains("tiny-clip works"));
    let list: Value = serde_json::from_str(&mlpt(dir, &["model", "list", "--json"]).ok().stdout).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 9);
    let doctor: Value = serde_json::from_str(&mlpt(dir, &["doctor", "--json"]).ok().stdout).unwrap();
    let whats: Vec<&str> = doctor.as_array().unwrap().iter().filter_map(|f| f["what"].as_str()).collect();
    assert_eq!(whats, ["program", "processor", "GPU", "cache", "token", "hub"]);
}

#[test]
fn the_doctor_names_the_cure() {
    let place = tempfile::tempdir().unwrap();
    let doctor = |set: &[(&str, &str)]| {
        let mut command = command(place.path());
        command
            .arg("doctor")
            .env("HF_HUB_OFFLINE", "0")
            .env("HF_ENDPOINT", "http://127.0.0.1:1")
            .env("NO_PROXY", "127.0.0.1");
        Ran::of(command.envs(set.iter().copied()))
    };
    let ran = doctor(&[]).ok();
    assert!(ran.stdout.contains("warning  hub") && ran.stdout.contains("HF_ENDPOINT names a mirror"), "{}", ran.stdout);
    let server = HubServer::start().unwrap();
    let url = server.url();
    let ran = doctor(&[("HF_ENDPOINT", &url), ("HF_TOKEN", "hf_secret")]).ok();
    assert!(ran.stdout.contains("answers in") && ran.stdout.contains("there is one"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("hf_secret"));
    let ran = doctor(&[("HF_HUB_ETAG_TIMEOUT", "soon")]);
    assert!(ran.code == Some(1) && ran.stdout.contains("HF_HUB_ETAG_TIMEOUT"), "{} {}", ran.stdout, ran.stderr);
}

/// The folders that the Python leaves behind, evaluated by name.
#[test]
fn checkpoints_of_the_python_are_evaluated() {
    let place = tempfile::tempdir().unwrap();
    pictures(&place.path().join("data"), &["cat", "dog"], 6);
    for (trainer, settings, wrong, epoch) in [
        ("CoOp", &["TRAINER.COOP.N_CTX=3"][..], "TRAINER.COOP.N_CTX=2", 50),
        ("MaPLe", &["TRAINER.MAPLE.PROMPT_DEPTH=3"], "TRAINER.MAPLE.N_CTX=1", 5),
        ("CoCoOp", &["TRAINER.COCOOP.N_CTX=3"], "TRAINER.COCOOP.N_CTX=2", 10),
        ("VPT", &["TRAINER.VPT.N_CTX_VISION=3", "TRAINER.VPT.PROMPT_DEPTH_VISION=4"], "TRAINER.VPT.N_CTX_VISION=2", 5),
        (
            "IVLP",
            &["TRAINER.IVLP.N_CTX_VISION=3", "TRAINER.IVLP.PROMPT_DEPTH_VISION=2", "TRAINER.IVLP.PROMPT_DEPTH_TEXT=3"],
            "TRAINER.IVLP.N_CTX_TEXT=1",
            5,
        ),
        // Of four classes, evaluated on two.
        ("RMaPLe", &["TRAINER.RMAPLE.PROMPT_DEPTH=3"], "TRAINER.RMAPLE.N_CTX=1", 5),
    ] {
        let dir = golden::path(&format!("prompts/{trainer}"));
        let args = ["eval", "--model-dir", dir.to_str().unwrap(), "--trainer", trainer, "--dataset", "Folder"];
        let more = ["--root", "data", "--output-dir", "out", "--json", "DATASET.NUM_SHOTS=1"];
        let result: Value =
            serde_json::from_str(&mlpt(place.path(), &[&args[..], &more, settings].concat()).ok().stdout).unwrap();
        assert_eq!((&result["epoch"], &result["trainer"]), (&epoch.into(), &trainer.into()));
        assert!(result["total"].as_u64().unwrap() > 0);
        // Another number of tokens than was learnt.
        let ran = mlpt(place.path(), &[&args[..], &more, settings, &[wrong]].concat());
        let tensor = if trainer == "VPT" { "tensor 'image_encoder.VPT' has shape" } else { "tensor 'ctx' has shape" };
        assert!(ran.code == Some(1) && ran.stderr.contains(tensor), "{}", ran.stderr);
    }
    // MaPLe's and RMaPLe's lie in folders of one name.
    for (trainer, other) in [("MaPLe", "RMaPLe"), ("RMaPLe", "MaPLe")] {
        let dir = golden::path(&format!("prompts/{other}"));
        let args = ["eval", "--model-dir", dir.to_str().unwrap(), "--trainer", trainer, "--prompt-depth", "3"];
        let more = ["--dataset", "Folder", "--root", "data", "--output-dir", "out", "DATASET.NUM_SHOTS=1"];
        let ran = mlpt(place.path(), &[&args[..], &more].concat());
        let told = format!("was trained with the mechanism {other}, not with {trainer}");
        assert!(ran.code == Some(1) && ran.stderr.contains(&told), "{}", ran.stderr);
    }
}
