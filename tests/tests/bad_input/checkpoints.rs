//! Checkpoints and states that do not fit.

use crate::common::{Ran, pictures};
use crate::place::{Place, training};
use std::fs;

/// A finished run of two epochs in `run`, a checkpoint each.
fn trained(more: &[&str]) -> Place {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    let more = [&["--output-dir", "run", "OPTIM.MAX_EPOCH=2", "TRAIN.CHECKPOINT_FREQ=1"], more].concat();
    Ran::of(&mut place.command(&training(&more))).ok();
    place
}

const CHECKPOINT: &str = "run/prompt_learner/model.safetensors-2";

#[test]
fn evaluation() {
    let place = trained(&[]);
    let eval = |more: &[&str], wanted: &[&str]| {
        place.refuses(&[&["eval", "--model-dir", "run", "--output-dir", "out"], more].concat(), wanted);
    };
    eval(&["--load-epoch", "50"], &["there is no such checkpoint; there are those of epoch 1, 2 (--load-epoch N)"]);
    eval(&["--trainer", "MLPT", "OPTIM.MAX_EPOCH=20"], &["run: holds no checkpoint of MLPT (prompt_learner1/"]);
    eval(
        &["TRAINER.COOP.N_CTX=4"],
        &[CHECKPOINT, "tensor 'ctx' has shape [2, 128] in the file, but the model asks for [4, 128]"],
    );
    eval(&["TRAINER.COOP.CSC=true"], &[CHECKPOINT, "asks for [2, 2, 128]", "class-specific contexts"]);
}

#[test]
fn damaged_files() {
    let place = trained(&[]);
    let good = fs::read(place.at(CHECKPOINT)).unwrap();
    let eval = |wanted: &str| place.refuses(&["eval", "run", "--output-dir", "out"], &[CHECKPOINT, wanted]);
    for length in [0, 5, 100, good.len() - 1] {
        fs::write(place.at(CHECKPOINT), &good[..length]).unwrap();
        eval("is no learner checkpoint of this program");
    }
    fs::copy(place.at("run/state.safetensors"), place.at(CHECKPOINT)).unwrap();
    eval("it is a \"run state\"");
    // A file of another program.
    let tensor = candle_core::Tensor::zeros(2, candle_core::DType::F32, &candle_core::Device::Cpu).unwrap();
    let foreign = std::collections::HashMap::from([("ctx".to_owned(), tensor)]);
    candle_core::safetensors::save(&foreign, place.at(CHECKPOINT)).unwrap();
    eval("is no learner checkpoint of this program");
    // A later version of this one.
    let version = br#"\"format\":1"#;
    let at = good.windows(version.len()).position(|w| w == version).unwrap() + version.len() - 1;
    let mut newer = good;
    newer[at] = b'9';
    fs::write(place.at(CHECKPOINT), newer).unwrap();
    eval("has format 9; this program reads up to 1");
}

#[test]
fn what_is_no_run() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    place.write("old/prompt_learner/model.pth.tar-50", "PK");
    place.refuses(&["eval", "nowhere"], &["there is no run directory nowhere"]);
    let pth = "old/prompt_learner/model.pth.tar-50";
    place.refuses(&["eval", pth], &[pth, "is a file, not a run directory", ".pth.tar"]);
    place.refuses(&["eval", "--model-dir", pth], &["is a file, not a run directory"]);
    place.refuses_training(&["--eval-only", "--model-dir", pth], &["is a file, not a run directory"]);
    place.refuses_training(&["--eval-only", "--model-dir", "nowhere"], &["there is no run directory nowhere"]);
    place.refuses_training(&["--eval-only", "--model-dir", "old"], &[pth, "is text, not weights: 'PK'"]);
    std::fs::rename(place.at(pth), place.at("old/prompt_learner/model.pth")).unwrap();
    place.refuses_training(&["--eval-only", "--model-dir", "old"], &["old: holds no checkpoint of CoOp"]);
    place.refuses_training(&["--eval-only"], &["CoOp has to be trained: give the run directory", "--model-dir"]);
    place.refuses(&["eval", "old"], &["old: holds no run"]);
}

#[test]
fn another_class_count() {
    let place = trained(&["TRAINER.COOP.CSC=true"]);
    pictures(&place.at("three"), &["bee", "cat", "dog"], 6);
    place.refuses(
        &["eval", "run", "--root", "three", "--output-dir", "out"],
        &[CHECKPOINT, "[2, 2, 128] in the file, but the model asks for [3, 2, 128]", "of classes"],
    );
}

/// An unfinished run whose state does not fit what is there now.
#[test]
fn states() {
    let place = trained(&[]);
    let again = training(&["--output-dir", "run", "OPTIM.MAX_EPOCH=2", "TRAIN.CHECKPOINT_FREQ=1"]);
    let result = place.at("run/result.json");
    fs::remove_file(&result).unwrap();
    let state = place.at("run/state.safetensors");
    let good = fs::read(&state).unwrap();
    let refuses = |wanted: &[&str]| {
        place.refuses(&again, &[&["run/state.safetensors"], wanted].concat());
        assert!(!result.exists());
    };
    for length in [0, 7, good.len() / 2, good.len() - 1] {
        fs::write(&state, &good[..length]).unwrap();
        refuses(&["is no run state of this program", "--overwrite starts anew"]);
    }
    fs::copy(place.at(CHECKPOINT), &state).unwrap();
    refuses(&["it is a \"learner checkpoint\"", "--overwrite starts anew"]);
    fs::write(&state, &good).unwrap();
    for i in 0..6 {
        fs::rename(place.at(format!("data/dog/{i:03}.png")), place.at(format!("data/dog/new{i}.png"))).unwrap();
    }
    let wanted =
        ["run/draw.json: does not fit this run", "gone from it, first dog/", "--overwrite starts this run anew"];
    place.refuses(&again, &wanted);
    assert!(!result.exists());
}

#[test]
fn the_state_of_another_model() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    crate::models::copy(&place.at("model"));
    let run = training(&["--output-dir", "run", "--backbone", "model"]);
    Ran::of(&mut place.command(&run)).ok();
    fs::remove_file(place.at("run/result.json")).unwrap();
    crate::models::change(&place.at("model"), |tensors| {
        let scale = tensors.get_mut("logit_scale").unwrap();
        *scale = scale.affine(1.0, 0.125).unwrap();
    });
    place.refuses(&run, &["run/state.safetensors: was made with another model than there is now"]);
}
