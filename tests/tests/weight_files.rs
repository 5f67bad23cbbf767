//! Files of weights as torch and safetensors write them (`golden/files.py`), and what is no such file.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Tensor};
use mlpt_core::files::sha256_hex;
use mlpt_core::weights::{Format, read_state_dict, read_tensors};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/files.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/files").join(name)
}

fn good() -> Vec<Value> {
    golden()["good"].as_array().unwrap().clone()
}

fn dtype(name: &str) -> DType {
    match name {
        "float64" => DType::F64,
        "float32" => DType::F32,
        "float16" => DType::F16,
        "bfloat16" => DType::BF16,
        "int64" => DType::I64,
        "int32" => DType::I32,
        "int16" => DType::I16,
        "uint32" => DType::U32,
        "uint8" | "bool" => DType::U8,
        other => panic!("{other}"),
    }
}

/// Names, types, shapes and every number, without any tolerance.
fn assert_same(ours: &BTreeMap<String, Tensor>, theirs: &Value, what: &str) {
    let theirs = theirs.as_object().unwrap();
    let names: Vec<&String> = theirs.keys().collect();
    assert_eq!(ours.keys().collect::<Vec<_>>(), names, "{what}");
    for (name, tensor) in ours {
        let expected = &theirs[name];
        assert_eq!(tensor.dtype(), dtype(expected["dtype"].as_str().unwrap()), "{what}: {name}");
        let shape: Vec<usize> = serde_json::from_value(expected["shape"].clone()).unwrap();
        assert_eq!(tensor.dims(), shape, "{what}: {name}");
        assert!(tensor.is_contiguous(), "{what}: {name}");
        let numbers = expected["numbers"].as_str().unwrap();
        let numbers: Vec<f64> = numbers.split_whitespace().map(|n| n.parse().unwrap()).collect();
        let ours = tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1::<f64>().unwrap();
        assert_eq!(ours, numbers, "{what}: {name}");
    }
}

#[test]
fn every_shape_of_file_gives_its_tensors() {
    let good = good();
    assert!(good.len() >= 20);
    for case in &good {
        let name = case["file"].as_str().unwrap();
        let read = read_tensors(&file(name)).unwrap();
        let format = match case["format"].as_str().unwrap() {
            "safetensors" => Format::Safetensors,
            "torch" => Format::Torch,
            _ => Format::TorchScript,
        };
        assert_eq!(read.format, format, "{name}");
        assert_same(&read.tensors, &case["tensors"], name);
        assert_eq!(read.digest, sha256_hex(&std::fs::read(file(name)).unwrap()), "{name}");
        if format != Format::TorchScript {
            let numbers: BTreeMap<String, f64> = serde_json::from_value(case["numbers"].clone()).unwrap_or_default();
            assert_eq!(read.numbers, numbers, "{name}");
        }
        // A module has numbers of all its parts; its own are among them.
        for (key, value) in case["numbers_within"].as_object().into_iter().flatten() {
            assert_eq!(read.numbers.get(key), value.as_f64().as_ref(), "{name}: {key}");
        }
    }
}

#[test]
fn the_name_of_a_file_says_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for (name, other) in
        [("traced.pt", "model.safetensors"), ("f16.safetensors", "model.pth.tar"), ("coop.pth.tar", "x")]
    {
        let path = dir.path().join(other);
        std::fs::copy(file(name), &path).unwrap();
        let case = good().into_iter().find(|c| c["file"] == name).unwrap();
        assert_same(&read_tensors(&path).unwrap().tensors, &case["tensors"], name);
    }
}

#[test]
fn checkpoints_have_their_epoch_and_score() {
    let mut seen = 0;
    for case in good() {
        let name = case["file"].as_str().unwrap();
        if !name.contains(".pth.tar") {
            continue;
        }
        let read = read_state_dict(&file(name)).unwrap();
        assert_same(&read.tensors, &case["tensors"], name);
        assert_eq!((read.epoch, read.val_result), (Some(50), case["val_result"].as_f64()), "{name}");
        assert_eq!(read.digest, sha256_hex(&std::fs::read(file(name)).unwrap()), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 3);
    for (name, word) in [
        ("f32.safetensors", "is a safetensors file, not a training checkpoint"),
        ("scripted.pt", "it holds __torch__.Clip"),
        ("types.bin", "it holds dict of f64 (tensor), i64 (tensor)"),
        ("model-key.pt", "it holds dict of model (dict of "),
        ("empty-state.pth.tar", "state_dict (empty dict), epoch (int)"),
    ] {
        let message = read_state_dict(&file(name)).unwrap_err().to_string();
        assert!(message.contains(word) && message.contains(name), "{message}");
    }
}

#[test]
fn what_is_refused_is_named_with_the_reason() {
    let golden = golden();
    let bad = golden["bad"].as_array().unwrap();
    assert!(bad.len() >= 30);
    for case in bad {
        let (name, word) = (case["file"].as_str().unwrap(), case["word"].as_str().unwrap());
        let message = read_tensors(&file(name)).unwrap_err().to_string();
        assert!(message.contains(word) && message.contains(name), "{name}: {message}");
    }
}

#[test]
fn what_is_no_file_of_weights_gets_a_cure() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("weights");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 605143316\n";
    for (bytes, word, cure) in [
        (&b""[..], "is empty", "fetch"),
        (pointer.as_bytes(), "pointer of git-lfs", "git lfs pull"),
        (b"<!DOCTYPE html>\n<html><head><title>Sign in</title>", "web page", "look at the link"),
        ("\u{feff}  <html lang='zh'>\u{767b}".as_bytes(), "web page", "look at the link"),
        (b"Entry not found", "is text, not weights: 'Entry not found'", "look at the link"),
        (b"{\"error\":{\"code\":404}}", "is text", "look at the link"),
        (b"\x1f\x8b\x08\x00\x00", "gzip", "unpack"),
        (b"PK\x05\x06\x00\x00", "nothing in it", "fetch"),
        (b"\x89HDF\r\n\x1a\n\x00\x00", "89 48 44 46", "safetensors"),
        (b"\x00", "1 bytes", "safetensors"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        for message in [read_tensors(&path).unwrap_err().to_string(), read_state_dict(&path).unwrap_err().to_string()] {
            assert!(message.contains(word) && message.contains(cure), "{message}");
            assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        }
    }
    let message = read_tensors(dir.path()).unwrap_err().to_string();
    assert!(message.contains("is a folder; give the file"), "{message}");
    let missing = dir.path().join("none.pt");
    assert!(read_tensors(&missing).unwrap_err().to_string().starts_with(missing.to_str().unwrap()));
}

#[test]
fn a_header_of_safetensors_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.safetensors");
    let message = |header: &str, data: usize| {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(vec![0; data]);
        std::fs::write(&path, bytes).unwrap();
        read_tensors(&path).map(|f| f.tensors.len()).map_err(|e| e.to_string())
    };
    let one = |shape: &str, end: u64| format!(r#"{{"a":{{"dtype":"F32","shape":{shape},"data_offsets":[0,{end}]}}}}"#);
    assert_eq!(message(&one("[2,3]", 24), 24), Ok(1));
    for (header, data, word) in [
        (one("[2,3]", 24), 23, "cut off"),
        (one("[2,3]", 24), 25, "1 bytes behind its last tensor"),
        (one("[1099511627776]", 4 << 40), 24, "cut off"),
        (one("[2,3]", 20), 20, "damaged safetensors header"),
        (one("[4294967296,4294967296]", 0), 0, "damaged safetensors header"),
        (one("[2,3]", 24).replace("F32", "F33"), 24, "damaged safetensors header"),
        (one("[2,3]", 24).replace("[0,", "[4,"), 24, "damaged safetensors header"),
        ("{\"a\":".to_owned(), 0, "damaged safetensors header"),
        ("{}".to_owned(), 0, "without a single tensor"),
    ] {
        let message = message(&header, data).unwrap_err();
        assert!(message.contains(word), "{header}: {message}");
    }
}

/// Half a download, and a disk's fault: an error or the tensors, whatever byte it is; never a panic.
#[test]
fn damaged_files_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("weights");
    for name in ["bf16.safetensors", "views.pth", "coop-warm.pth.tar-50", "scripted.pt"] {
        let whole = std::fs::read(file(name)).unwrap();
        for len in (0..whole.len()).rev().step_by(61) {
            std::fs::write(&path, &whole[..len]).unwrap();
            let message = read_tensors(&path).unwrap_err().to_string();
            assert!(
                message.contains("fetch the file again") || message.contains("safetensors"),
                "{name} {len}: {message}"
            );
        }
        for at in (0..whole.len()).step_by(37) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(read) = read_tensors(&path) {
                assert!(!read.tensors.is_empty(), "{name} {at}");
            }
        }
    }
}
