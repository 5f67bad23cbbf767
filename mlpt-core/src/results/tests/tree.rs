// Run directories made by hand: what `mlpt train` leaves behind, as far as tables look at it.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A finished run. Fields may be changed before it is written.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) result: Value,
    pub(crate) config: Vec<(String, String)>,
}

/// A run of `trainer` with `seed`, `num_fp` wrong images in each of 4 classes, and `correct` right of
/// 200. The noise manifest hangs on seed and level, as in real runs.
pub(crate) fn made(trainer: &str, seed: u64, num_fp: usize, correct: usize) -> Made {
    let scores = |correct: usize| {
        let accuracy = 100.0 * correct as f64 / 200.0;
        json!({"total": 200, "correct": correct, "accuracy": accuracy, "error": 100.0 - accuracy, "macro_f1": 0.9 * accuracy})
    };
    let mut result = json!({
        "version": 1, "dataset": "Pictograms", "trainer": trainer, "mechanisms": ["CoOp"], "backbone": "builtin",
        "model_digest": "aaaaaaaaaaaaaaaa", "data_digest": "dddddddddddddddd", "seed": seed, "shots": 16,
        "noise": {
            "name": "instance-replace", "num_fp": num_fp, "items": 64, "wrong": 4 * num_fp,
            "digest": format!("noise{num_fp:02}{seed:010}"),
        },
        "classes": 4, "epochs": 50, "split": "test", "zero_shot": scores(82), "elapsed_s": 10.0 + seed as f64,
        "passes": {"image": 1}, "output_dir": "elsewhere",
    });
    result.as_object_mut().unwrap().extend(scores(correct).as_object().unwrap().clone());
    let config = [
        ("DATASET.NUM_FP", num_fp.to_string()),
        ("DATASET.ROOT", "\"data\"".to_owned()),
        ("LOSS.NAME", "\"ce\"".to_owned()),
        ("NOISE.NAME", "\"instance-replace\"".to_owned()),
        ("OPTIM.LR", "0.002".to_owned()),
        ("SEED", seed.to_string()),
        ("TRAINER.NAME", format!("\"{trainer}\"")),
    ];
    Made { result, config: config.map(|(key, value)| (key.to_owned(), value)).to_vec() }
}

impl Made {
    /// Changes a field of `result.json`, by JSON pointer.
    pub(crate) fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        match self.result.pointer_mut(pointer) {
            Some(field) => *field = value.into(),
            None => self.result[&pointer[1..]] = value.into(),
        }
        self
    }

    /// Changes a setting, or adds it; the value is TOML.
    pub(crate) fn set(mut self, key: &str, value: &str) -> Self {
        self.config.retain(|(k, _)| k != key);
        self.config.push((key.to_owned(), value.to_owned()));
        self
    }

    /// With this loss.
    pub(crate) fn loss(self, name: &str) -> Self {
        self.set("LOSS.NAME", &format!("\"{name}\""))
    }

    /// With this noise model.
    pub(crate) fn noise(self, name: &str) -> Self {
        self.set("NOISE.NAME", &format!("\"{name}\"")).with("/noise/name", name)
    }

    /// With this rate in place of the count, `wrong` of 64 items in all, over all with `global`.
    pub(crate) fn rate(self, rate: f64, scope: &str, wrong: usize) -> Self {
        let mut made = self.set("DATASET.NUM_FP", "0").set("NOISE.RATE", &rate.to_string());
        made.result["noise"]["num_fp"] = 0.into();
        made.result["noise"]["rate"] = rate.into();
        made.result["noise"]["scope"] = scope.into();
        made.result["noise"]["wrong"] = wrong.into();
        made.set("NOISE.SCOPE", &format!("\"{scope}\""))
    }

    /// Writes the run into `root/name`.
    pub(crate) fn write(&self, root: &Path, name: &str) -> PathBuf {
        let dir = root.join(name);
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("result.json"), serde_json::to_string_pretty(&self.result).unwrap()).unwrap();
        self.write_config(&dir);
        dir
    }

    /// Writes a run that was started and has no result.
    pub(crate) fn write_unfinished(&self, root: &Path, name: &str) -> PathBuf {
        let dir = root.join(name);
        fs::create_dir_all(&dir).unwrap();
        self.write_config(&dir);
        dir
    }

    fn write_config(&self, dir: &Path) {
        let origin = |value: &str| if value.ends_with(" # default") { "" } else { " # flag" };
        let lines: Vec<String> =
            self.config.iter().map(|(key, value)| format!("{key} = {value}{}\n", origin(value))).collect();
        fs::write(dir.join("config.toml"), lines.concat()).unwrap();
    }
}

/// Two methods and a robust one at 0 and 8 wrong, seeds 1 to 3.
pub(crate) fn grid(root: &Path) {
    for seed in 1..=3 {
        let s = seed as usize;
        for num_fp in [0, 8] {
            let name = |method: &str| format!("{method}/{num_fp}/seed{seed}");
            made("CoOp", seed, num_fp, 180 - 5 * num_fp + s).write(root, &name("coop"));
            made("CoOp", seed, num_fp, 178 - 2 * num_fp + 2 * s).loss("gce").write(root, &name("gce"));
            made("MLPT", seed, num_fp, 179 - num_fp + s)
                .with("/mechanisms", json!(["CoOp", "CoOp"]))
                .write(root, &name("mlpt"));
        }
    }
}
