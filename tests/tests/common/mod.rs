//! How the end-to-end tests run the command.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

#[cfg(unix)]
pub mod process;
pub mod same;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A run of the command.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The command, to be run in `dir` without the settings of this process's environment.
pub fn command(dir: &Path) -> Command {
    quiet(Command::new(PROGRAM), dir)
}

/// The command behind a shell that first does `before`, such as `ulimit -f 1`.
pub fn behind(before: &str, dir: &Path) -> Command {
    let mut shell = quiet(Command::new("sh"), dir);
    shell.arg("-c").arg(format!("{before}; exec \"$0\" \"$@\"")).arg(PROGRAM);
    shell
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_mlpt-under-test");

fn quiet(mut command: Command, dir: &Path) -> Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if name == "RUST_LOG" || ["MLPT__", "HF_", "HUGGING", "TRANSFORMERS_"].iter().any(|p| text.starts_with(p)) {
            command.env_remove(name);
        }
    }
    // No test asks the real hub; those with a hub of their own say so.
    command.env("HF_HUB_OFFLINE", "1").env("HF_HOME", dir.join("hf-home"));
    // Nor does any test read or write what the user keeps.
    command.env("XDG_CACHE_HOME", dir.join("cache-home"));
    command.current_dir(dir);
    command
}

/// Runs the command in `dir`.
pub fn mlpt(dir: &Path, args: &[&str]) -> Ran {
    Ran::of(command(dir).args(args))
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        Self {
            code: status.code(),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Fails the test unless the command succeeded.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folder with real photographs, where this machine has it.
pub fn photographs() -> Option<PathBuf> {
    let given = std::env::var_os("MLPT_TEST_DATA").map(PathBuf::from);
    given.or_else(|| Some(workspace().join("../shared/data"))).filter(|d| d.join("caltech-101").is_dir())
}

/// Settings that make a run short: two classes' worth of work, not a result.
pub const SHORT: [&str; 8] = [
    "OPTIM.MAX_EPOCH=3",
    "WARMUP.EPOCH=1",
    "DATASET.NUM_SHOTS=4",
    "DATASET.NUM_FP=1",
    "DATALOADER.TRAIN_X.BATCH_SIZE=16",
    "OPTIM.WARMUP_EPOCH=1",
    "SEED=3",
    "TRAIN.PRINT_FREQ=1",
];

/// The JSON in a file.
pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A small data set of one's own below `root`: train, val and test of three classes. A run on it
/// takes a second or two.
pub fn animals(root: &Path) {
    for (split, count) in [("train", 8), ("val", 4), ("test", 4)] {
        for (c, class) in ["cat", "dog", "owl"].iter().enumerate() {
            let folder = root.join(split).join(class);
            fs::create_dir_all(&folder).unwrap();
            for i in 0..count {
                let salt = (split.len() * 40 + i * 11) as u32;
                let picture = image::RgbImage::from_fn(30, 24 + c as u32, |x, y| {
                    image::Rgb([(x * 8 + salt) as u8, (y * 9 + salt) as u8, (80 * c) as u8])
                });
                picture.save(folder.join(format!("{i:03}.png"))).unwrap();
            }
        }
    }
}

/// A run on [`animals`] in `data` with two epochs of warm-up, six batches each, and two of
/// co-training, and a checkpoint after each epoch. `more` are flags, then settings.
pub fn small_run<'a>(flags: &[&'a str], settings: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["train", "--output-dir", "run", "--trainer", "MLPT", "--dataset", "Folder", "--root", "data"];
    args.extend(flags);
    args.extend([
        "SEED=3",
        "DATASET.NUM_SHOTS=4",
        "DATASET.NUM_FP=1",
        "OPTIM.MAX_EPOCH=4",
        "OPTIM.WARMUP_EPOCH=1",
        "WARMUP.EPOCH=2",
        "DATALOADER.TRAIN_X.BATCH_SIZE=2",
        "TRAIN.CHECKPOINT_FREQ=1",
        "TRAIN.PRINT_FREQ=1",
        "TEST.FINAL_MODEL=best_val",
    ]);
    args.extend(settings);
    args
}

/// A folder data set: below `root`, `count` tiny pictures for each class. A class has a colour, so that
/// training has something to find.
pub fn pictures(root: &Path, classes: &[&str], count: usize) {
    for (c, class) in classes.iter().enumerate() {
        std::fs::create_dir_all(root.join(class)).unwrap();
        for i in 0..count {
            picture(c, i).save(root.join(class).join(format!("{i:03}.png"))).unwrap();
        }
    }
}

/// The `i`-th tiny picture of the class with number `c`.
pub fn picture(c: usize, i: usize) -> image::RgbImage {
    image::RgbImage::from_fn(20 + c as u32, 24, |x, y| {
        image::Rgb([(x * 10) as u8, (y * 9 + i as u32) as u8, (60 * c) as u8])
    })
}
