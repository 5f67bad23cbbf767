//! Folders that hold no usable CLIP.

use crate::common::workspace;
use crate::place::{Place, training};
use candle_core::{Device, Tensor};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The built-in model as a folder.
pub(crate) fn copy(to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(workspace().join("mlpt-core/assets/tiny-clip")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Changes the weights of a model folder.
pub(crate) fn change(model: &Path, change: impl FnOnce(&mut HashMap<String, Tensor>)) {
    let path = model.join("model.safetensors");
    let mut tensors = candle_core::safetensors::load(&path, &Device::Cpu).unwrap();
    change(&mut tensors);
    candle_core::safetensors::save(&tensors, &path).unwrap();
}

fn with_model() -> Place {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    copy(&place.at("model"));
    place
}

fn refuses(place: &Place, wanted: &[&str]) {
    let wanted = [&["model"], wanted].concat();
    place.refuses(&training(&["--backbone", "model"]), &wanted);
    place.refuses(&["pretrain", "--output-dir", "out", "--backbone", "model", "PRETRAIN.STEPS=1"], &wanted);
}

#[test]
fn missing_files() {
    let place = with_model();
    for name in ["tokenizer.json", "config.json", "model.safetensors"] {
        fs::remove_file(place.at("model").join(name)).unwrap();
        refuses(&place, &[name, "missing", "Hugging Face's layout holds config.json"]);
    }
    place.refuses(&training(&["--backbone", "nowhere"]), &["backbone 'nowhere' is neither a folder or file"]);
    place.refuses(&training(&["--backbone", "ViT-B/32"]), &["openai/clip-vit-base-patch32", "HF_HUB_OFFLINE"]);
}

#[test]
fn descriptions() {
    let file = |name: &str, text: &str, wanted: &[&str]| {
        let place = with_model();
        place.write(Path::new("model").join(name), text);
        refuses(&place, &[&[name], wanted].concat());
    };
    file("config.json", "{", &["EOF"]);
    file("config.json", "[]", &["config.json: "]);
    file("config.json", r#"{"model_type": "bert"}"#, &["model_type is 'bert', not 'clip'"]);
    file("config.json", r#"{"vision_config": {"image_size": 50, "patch_size": 8}}"#, &["not a multiple of patch_size"]);
    file("config.json", r#"{"text_config": {"hidden_size": 1099511627776}}"#, &["hidden_size is 1099511627776"]);
    file("preprocessor_config.json", r#"{"image_mean": [1]}"#, &["image_mean"]);
    file("preprocessor_config.json", r#"{"image_std": [1, 0, 1]}"#, &["image_std holds 0: it must be greater than 0"]);
    file("preprocessor_config.json", r#"{"resample": 5}"#, &["resample 5 is not known"]);
    file("tokenizer.json", "{}", &["tokenizer.json cannot be read"]);
}

#[test]
fn weights() {
    let place = with_model();
    let path = place.at("model/model.safetensors");
    let good = fs::read(&path).unwrap();
    for length in [0, 6, 200, good.len() / 2] {
        fs::write(&path, &good[..length]).unwrap();
        refuses(&place, &["model.safetensors: "]);
    }
    let broken = |wanted: &[&str], how: fn(&mut HashMap<String, Tensor>)| {
        fs::write(&path, &good).unwrap();
        change(&place.at("model"), how);
        refuses(&place, wanted);
    };
    broken(&["visual_projection.weight [128, 128] is missing"], |tensors| {
        tensors.remove("visual_projection.weight").unwrap();
    });
    broken(&["extra [1] is not known"], |tensors| {
        let scale = tensors["logit_scale"].reshape(1).unwrap();
        tensors.insert("extra".to_owned(), scale);
    });
    broken(&["visual_projection.weight is [64, 128], not [128, 128]"], |tensors| {
        let weight = tensors.get_mut("visual_projection.weight").unwrap();
        *weight = weight.narrow(0, 0, 64).unwrap().contiguous().unwrap();
    });
    broken(&["visual_projection.weight holds a number that is not finite"], |tensors| {
        let weight = tensors.get_mut("visual_projection.weight").unwrap();
        *weight = weight.affine(f64::NAN, 0.0).unwrap();
    });
}
