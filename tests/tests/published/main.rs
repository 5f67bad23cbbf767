//! The fifteen published data sets as miniatures: checked, trained on, evaluated, split; and what is
//! wrong with them told.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;
mod miniature;
mod refusals;

use common::{Ran, json, mlpt};
use miniature::{MINIATURES, Miniature};
use serde_json::{Value, json};
use std::path::Path;

fn check(dir: &Path, name: &str) -> (Ran, Value) {
    let ran = mlpt(dir, &["data", "check", name, "--root", "data", "--decode", "--json"]);
    let value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{name}: {e}\n{}{}", ran.stdout, ran.stderr));
    (ran, value)
}

/// Trains with `more` for one epoch and evaluates what came of it; both must agree.
fn run_and_eval(dir: &Path, set: &Miniature, run: &str, more: &[&str]) -> Value {
    let mut args = vec!["train", "--dataset", set.name, "--root", "data", "--output-dir", run, "--seed", "1"];
    args.extend(more);
    args.extend(["OPTIM.MAX_EPOCH=1", "DATALOADER.TRAIN_X.BATCH_SIZE=4"]);
    mlpt(dir, &args).ok();
    let result = json(&dir.join(run).join("result.json"));
    let eval: Value = serde_json::from_str(&mlpt(dir, &["eval", run, "--json"]).ok().stdout).unwrap();
    assert_eq!(eval["correct"], result["correct"], "{}", set.name);
    result
}

fn whole_life(name: &str) {
    let set = MINIATURES.iter().find(|m| m.name == name).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    set.build(&dir.join("data"));

    // Everything is there; only the counts are not the published ones, and that is what is said.
    let (ran, found) = check(dir, name);
    assert_eq!(ran.code, Some(1), "{found}");
    assert!(ran.stderr.contains(&format!("{name}: can be used, but ")), "{}", ran.stderr);
    assert_eq!(json!([found["train"], found["val"], found["test"]]), json!(set.sizes), "{found}");
    assert_eq!(
        (&found["missing"], &found["broken"], &found["fault"]),
        (&json!(0), &json!([]), &Value::Null),
        "{found}"
    );
    let differences = found["differences"].as_array().unwrap();
    assert!(!differences.is_empty() && differences.iter().all(|d| d["what"] != "image"), "{found}");

    let test_only = set.sizes[0] == 0;
    if !test_only {
        let few = run_and_eval(dir, set, "few", &["--trainer", "CoOp", "DATASET.NUM_SHOTS=2", "DATASET.NUM_FP=1"]);
        assert_eq!(few["noise"]["items"], json!(2 * set.classes.len()), "{few}");
        assert_eq!(few["noise"]["wrong"], json!(set.classes.len()), "{few}");
        let full = run_and_eval(dir, set, "full", &["--trainer", "CoOp"]);
        assert_eq!((&full["noise"]["items"], &full["total"]), (&json!(set.sizes[0]), &json!(set.sizes[2])), "{full}");
    } else {
        // Nobody trains on test images unawares; eyes open, they are split.
        let args = ["train", "--dataset", name, "--root", "data", "--output-dir", "no", "--trainer", "CoOp"];
        let ran = mlpt(dir, &args);
        assert_eq!(ran.code, Some(1));
        assert!(
            ran.stderr.contains("has test images only") && ran.stderr.contains("DATASET.SPLIT_TEST"),
            "{}",
            ran.stderr
        );
        let few = ["--trainer", "CoOp", "DATASET.NUM_SHOTS=2", "DATASET.SPLIT_TEST=true"];
        let few = run_and_eval(dir, set, "few", &few);
        let (train, val) = (set.sizes[2] / 2, set.sizes[2] / 5);
        assert_eq!(few["total"], json!(set.sizes[2] - train - val), "{few}");
    }
    let zero = run_and_eval(dir, set, "zero", &["--trainer", "ZeroshotCLIP"]);
    assert_eq!((&zero["total"], &zero["classes"]), (&json!(set.sizes[2]), &json!(set.classes.len())), "{zero}");

    // A split that was drawn can be kept, and is the published way of telling one.
    if set.drawn {
        let folder = dir.join("data").join(Path::new(found["folder"].as_str().unwrap()).file_name().unwrap());
        let file = folder.join(format!("split_zhou_{name}.json"));
        let kept = file.exists();
        if !kept {
            assert!(found["split"].as_str().unwrap().starts_with("drawn here"), "{found}");
            let place = file.to_str().unwrap();
            mlpt(dir, &["data", "check", name, "--root", "data", "--save-split", place]);
        }
        let (_, again) = check(dir, name);
        assert_eq!(again["split"], json!(format!("split_zhou_{name}.json")));
        assert_eq!(json!([again["train"], again["val"], again["test"]]), json!(set.sizes), "{again}");
        let split = json(&file);
        let mut names = vec![String::new(); set.classes.len()];
        for list in ["train", "val", "test"] {
            for entry in split[list].as_array().unwrap() {
                names[entry[1].as_u64().unwrap() as usize] = entry[2].as_str().unwrap().replace('_', " ");
            }
        }
        assert_eq!(names, set.classes, "{name}");
        if !kept {
            // The same images under the same labels: the run's data is the same.
            let again = run_and_eval(dir, set, "again", &["--trainer", "ZeroshotCLIP"]);
            assert_eq!(again["data_digest"], zero["data_digest"], "{name}");
        }
    }
}

macro_rules! whole_lives {
    ($($test:ident $name:literal)*) => {
        $(#[test] fn $test() { whole_life($name); })*

        #[test]
        fn every_published_set_has_its_miniature() {
            let tested = [$($name),*];
            let mut published: Vec<&str> = mlpt_datasets::published::PUBLISHED.iter().map(|set| set.name).collect();
            published.retain(|name| !tested.contains(name));
            assert!(published.is_empty(), "{published:?}");
        }
    };
}

whole_lives! {
    caltech101 "Caltech101"
    describable_textures "DescribableTextures"
    eurosat "EuroSAT"
    fgvc_aircraft "FGVCAircraft"
    food101 "Food101"
    imagenet "ImageNet"
    imagenet_a "ImageNetA"
    imagenet_r "ImageNetR"
    imagenet_sketch "ImageNetSketch"
    imagenet_v2 "ImageNetV2"
    oxford_flowers "OxfordFlowers"
    oxford_pets "OxfordPets"
    stanford_cars "StanfordCars"
    sun397 "SUN397"
    ucf101 "UCF101"
}

/// A prompt that was trained on one set is evaluated on another with other classes.
#[test]
fn a_prompt_of_imagenet_is_tested_under_a_shift() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for set in MINIATURES.iter().filter(|m| m.name.starts_with("ImageNet")) {
        set.build(&dir.join("data"));
    }
    let args = ["train", "--dataset", "ImageNet", "--root", "data", "--output-dir", "run", "--trainer", "CoOp"];
    let more = ["DATASET.NUM_SHOTS=2", "OPTIM.MAX_EPOCH=1", "DATALOADER.TRAIN_X.BATCH_SIZE=4"];
    mlpt(dir, &[&args[..], &more[..]].concat()).ok();
    for (name, total) in [("ImageNetA", 20), ("ImageNetR", 20), ("ImageNetSketch", 40), ("ImageNetV2", 40)] {
        let ran = mlpt(dir, &["eval", "run", "--dataset", name, "--json"]).ok();
        let eval: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&eval["dataset"], &eval["total"]), (&json!(name), &json!(total)), "{eval}");
    }
}
