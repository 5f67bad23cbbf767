//! Making a documented command small enough for a test.

use crate::common::{Ran, command, pictures, workspace};
use crate::miniature::MINIATURES;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What stands for the words in capitals.
pub(crate) struct Fixtures(TempDir);

/// Settings that make any training short; a documented setting of the same key gives way.
const TRAIN: [&str; 7] = [
    "OPTIM.MAX_EPOCH=2",
    "OPTIM.WARMUP_EPOCH=1",
    "WARMUP.EPOCH=1",
    "DATASET.NUM_SHOTS=4",
    "TRAINER.COOP.N_CTX=2",
    "DATALOADER.TRAIN_X.BATCH_SIZE=8",
    // Four pictures a class in place of fifty.
    "TEST.SPLIT=val",
];
/// The same for pre-training.
const PRETRAIN: [&str; 5] = [
    "PRETRAIN.STEPS=2",
    "PRETRAIN.BATCH_SIZE=8",
    "PRETRAIN.MODEL.TEXT_LAYERS=1",
    "PRETRAIN.MODEL.VISION_LAYERS=1",
    "PRETRAIN.PRINT_FREQ=1",
];

impl Fixtures {
    pub(crate) fn new() -> Self {
        let all = Self(tempfile::tempdir().unwrap());
        pictures(&all.at("PICTURES"), &["cat", "dog"], 20);
        caltech(&all.at("DATA/caltech-101"));
        let small = |name: &str| name.starts_with("ImageNet") || name == "OxfordPets";
        MINIATURES.iter().filter(|set| small(set.name)).for_each(|set| set.build(&all.at("DATA")));
        lists(&all.at("LISTS"));
        fs::create_dir(all.at("SHARDS")).unwrap();
        for name in ["train-00000-of-00002", "train-00001-of-00002", "validation-00000-of-00001", "test-00000-of-00001"]
        {
            let file = format!("{name}.parquet");
            fs::copy(workspace().join("tests/golden/parquet/hub/data").join(&file), all.at("SHARDS").join(file))
                .unwrap();
        }
        fs::write(all.at("TABLE"), "class,becomes\ncat,dog\n").unwrap();
        fs::create_dir(all.at("MODEL")).unwrap();
        for entry in fs::read_dir(workspace().join("mlpt-core/assets/tiny-clip")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, all.at("MODEL").join(path.file_name().unwrap())).unwrap();
        }
        let root = all.at("PICTURES");
        let run = ["train", "--trainer", "CoOp", "--dataset", "Folder", "--output-dir", "RUN", "--root"];
        Ran::of(command(all.0.path()).args(run).arg(root).args(TRAIN)).ok();
        all
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The fixture behind a word in capitals, with or without dots behind it; in `KEY=VALUE` behind the value.
    fn stands_for(&self, word: &str, before: Option<&&str>) -> Option<String> {
        if let Some((key, value)) = word.split_once('=') {
            return self.stands_for(value, None).map(|value| format!("{key}={value}"));
        }
        let name = match (word.trim_end_matches('.'), before) {
            ("DIR", Some(&"--backbone")) | ("MODEL", _) => "MODEL",
            ("DIR" | "RUN" | "output", _) => "RUN",
            (path, _) if path.starts_with("output/") => "RUN",
            (name @ ("PICTURES" | "DATA" | "LISTS" | "SHARDS" | "TABLE"), _) => name,
            // It names training images of PICTURES.
            ("LABELS", _) => "RUN/noise.csv",
            (path, _) if path.starts_with("PICTURES/") || path.starts_with("LISTS/") => path,
            ("PATH", Some(&"new")) => "PICTURES",
            _ => return None,
        };
        Some(self.at(name).to_string_lossy().into_owned())
    }
}

/// Caltech-101's folders with two classes of tiny pictures.
fn caltech(folder: &Path) {
    pictures(&folder.join("101_ObjectCategories"), &["a", "b"], 30);
    let part = |from: usize, to: usize| -> Vec<(String, usize, &str)> {
        let items = |(label, class): (usize, &'static str)| {
            (from..to).map(move |i| (format!("{class}/{i:03}.png"), label, class))
        };
        [(0, "a"), (1, "b")].into_iter().flat_map(items).collect()
    };
    let split = serde_json::json!({"train": part(0, 20), "val": part(20, 25), "test": part(25, 30)});
    fs::write(folder.join("split_zhou_Caltech101.json"), split.to_string()).unwrap();
}

/// Two classes of tiny pictures with a table, a split file and a class file.
fn lists(folder: &Path) {
    pictures(folder, &["cat", "dog"], 20);
    let of = |from: usize, to: usize| -> Vec<(String, usize, &str)> {
        let items = |(label, class): (usize, &'static str)| {
            (from..to).map(move |i| (format!("{class}/{i:03}.png"), label, class))
        };
        [(0, "cat"), (1, "dog")].into_iter().flat_map(items).collect()
    };
    let split = serde_json::json!({"train": of(0, 12), "val": of(12, 16), "test": of(16, 20)});
    fs::write(folder.join("split.json"), split.to_string()).unwrap();
    let lines: String = of(0, 20).iter().map(|(path, _, class)| format!("{path},{class}\n")).collect();
    fs::write(folder.join("labels.csv"), format!("path,label\n{lines}")).unwrap();
    fs::write(folder.join("classes.toml"), "[names]\ncat = \"tom cat\"\n").unwrap();
}

/// The arguments to run, or `None` where a sentence only names a command.
pub(crate) fn shortened(
    args: &[&str],
    shown: bool,
    fixtures: &Fixtures,
    dir: &Path,
) -> Result<Option<Vec<String>>, String> {
    let Some((name, rest)) = args.split_first() else { return Err("no command".to_owned()) };
    if rest.is_empty() && !shown {
        let help = Ran::of(command(dir).args([name, "--help"]));
        return if help.code == Some(0) { Ok(None) } else { Err(format!("there is no command '{name}'")) };
    }
    // Nothing is asked of the hub here, so that only the command's name is tried.
    if args.starts_with(&["data", "get"]) {
        let help = Ran::of(command(dir).args(["data", "get", "--help"]));
        return if help.code == Some(0) { Ok(None) } else { Err(help.stderr) };
    }
    let before = |i: usize| i.checked_sub(1).and_then(|i| args.get(i));
    let word = |(i, word): (usize, &&str)| fixtures.stands_for(word, before(i)).unwrap_or_else(|| (*word).to_owned());
    let mut words: Vec<String> = args.iter().enumerate().map(word).collect();
    let has = |flag: &str| rest.iter().any(|w| *w == flag || w.starts_with(&format!("{flag}=")));
    let mut add = |more: &[&str]| words.extend(more.iter().map(|w| (*w).to_owned()));
    match *name {
        "list" | "config" | "estimate" | "explain" | "eval" | "results" | "model" | "encode" | "doctor"
        | "features" | "predict" | "export" | "report" | "completions" | "man" | "tensorboard" => {}
        // Nothing reads keys here.
        "watch" if has("--once") || has("--json") => {}
        "watch" => add(&["--once"]),
        "sweep" => {
            add(&TRAIN);
            if !rest.iter().any(|word| word.starts_with("DATASET.NUM_FP=")) {
                add(&["DATASET.NUM_FP=1"]);
            }
        }
        "train" => {
            if !has("--output-dir") && !has("--resume") {
                // Lines that differ in what is shortened only would meet in one folder.
                add(&["--output-dir", &format!("run{}", fs::read_dir(dir).unwrap().count())]);
            }
            // ImageNet has no validation split, and its miniature is small.
            let count = if rest.contains(&"ImageNet") { TRAIN.len() - 1 } else { TRAIN.len() };
            add(&TRAIN[..count]);
            let clean = rest.windows(2).any(|w| w == ["--num-fp", "0"]) || rest.contains(&"DATASET.NUM_FP=0");
            // A rate, or a file, says it by itself.
            let rate = has("--noise-rate") || has("NOISE.RATE");
            let clean = clean || rate || rest.windows(2).any(|w| w == ["--noise", "file"]);
            add(if clean { &["DATASET.NUM_FP=0"] } else { &["DATASET.NUM_FP=1"] });
        }
        "data" if rest.contains(&"new") => add(&["--out", "described", "--overwrite"]),
        "data" if rest.contains(&"NAME") => {
            add(&["--root", &fixtures.at("DATA").to_string_lossy()]);
            words.iter_mut().filter(|word| *word == "NAME").for_each(|word| *word = "Caltech101".to_owned());
        }
        "data" => {}
        "audit" => {
            // It trains on every image and tests on none.
            let of_data = |setting: &&str| setting.starts_with("DATASET.") || setting.starts_with("TEST.");
            add(&TRAIN.into_iter().filter(|setting| !of_data(setting)).collect::<Vec<_>>());
        }
        "pretrain" => add(&PRETRAIN),
        other => return Err(format!("this test does not know how to run `mlpt {other}`; see documents/shorten.rs")),
    }
    Ok(Some(words))
}
