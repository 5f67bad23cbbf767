//! How the end-to-end tests run the command.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A run of the command.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the command in `dir`.
pub fn mlpt(dir: &Path, args: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_mlpt-under-test"))
        .args(args)
        .current_dir(dir)
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

impl Ran {
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
