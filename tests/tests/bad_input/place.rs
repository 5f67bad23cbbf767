//! A folder to make mistakes in, and what is asked of every refusal.

use crate::common::{Ran, command, pictures};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Commands run here; their output goes to `out`.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With the folder data set `data`: `classes` of `count` pictures each.
    pub(crate) fn with_pictures(classes: &[&str], count: usize) -> Self {
        let place = Self::new();
        pictures(&place.at("data"), classes, count);
        place
    }

    pub(crate) fn dir(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir().join(name)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = command(self.dir());
        command.args(args);
        command
    }

    /// The command must be refused, with every one of `wanted` in its message.
    pub(crate) fn refuses<S: AsRef<OsStr>>(&self, args: &[S], wanted: &[&str]) -> String {
        self.must_refuse(&mut self.command(args), 1, wanted)
    }

    /// The same for what is wrong with flags.
    pub(crate) fn refuses_usage<S: AsRef<OsStr>>(&self, args: &[S], wanted: &[&str]) -> String {
        self.must_refuse(&mut self.command(args), 2, wanted)
    }

    /// `train` with settings that make it short, and `more`.
    pub(crate) fn refuses_training(&self, more: &[&str], wanted: &[&str]) -> String {
        self.refuses(&training(more), wanted)
    }

    /// The same for any command: exit code, one message, nothing half-written.
    pub(crate) fn must_refuse(&self, command: &mut Command, code: i32, wanted: &[&str]) -> String {
        // A run that broke off in training leaves its settings behind.
        let _ = std::fs::remove_dir_all(self.at("out"));
        let told: Vec<_> = command.get_args().map(|a| a.to_string_lossy().into_owned()).collect();
        let ran = Ran::of(command);
        let shown = format!("{}\nexit code {:?}\n{}\n{}", told.join(" "), ran.code, ran.stdout, ran.stderr);
        assert_eq!(ran.code, Some(code), "{shown}");
        assert!(!ran.stderr.contains("panicked"), "{shown}");
        let warning = |line: &&str| line.starts_with(" WARN ") || line.starts_with("Warning: ");
        let message: Vec<&str> = ran.stderr.lines().skip_while(warning).collect();
        assert!(message.first().is_some_and(|line| line.starts_with("error: ")), "no error comes first: {shown}");
        assert_eq!(message.iter().filter(|line| line.starts_with("error:")).count(), 1, "{shown}");
        for text in wanted {
            assert!(ran.stderr.contains(text), "no '{text}' in: {shown}");
        }
        whole(&self.at("out"));
        message.join("\n")
    }
}

/// `train` on the folder `data` with settings that make it short, and `more`.
pub(crate) fn training<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["train"];
    let given = |flag: &str| more.contains(&flag);
    if !given("--output-dir") {
        args.extend(["--output-dir", "out"]);
    }
    if !given("--trainer") {
        args.extend(["--trainer", "CoOp"]);
    }
    if !given("--dataset") {
        args.extend(["--dataset", "Folder"]);
    }
    if !given("--root") {
        args.extend(["--root", "data"]);
    }
    args.extend(more.iter().filter(|word| !word.contains('=')));
    args.extend(["OPTIM.MAX_EPOCH=1", "DATASET.NUM_SHOTS=2", "DATALOADER.TRAIN_X.BATCH_SIZE=4"]);
    args.extend(["TRAINER.COOP.N_CTX=2", "SEED=1"]);
    // Of two settings of one key the later counts.
    args.extend(more.iter().filter(|word| word.contains('=')));
    args
}

/// Every file in the folder must be a whole one, and none may look like a result.
pub(crate) fn whole(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.map(|e| e.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name != "result.json" && !name.ends_with(".tmp"), "{} was left", path.display());
        if path.is_dir() {
            whole(&path);
        } else if name.contains("safetensors") {
            candle_core::safetensors::load(&path, &candle_core::Device::Cpu).unwrap();
        } else if name.contains("tfevents") {
            crate::common::same::event_file(&std::fs::read(&path).unwrap());
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            match path.extension().and_then(OsStr::to_str) {
                Some("json") => drop(serde_json::from_str::<serde_json::Value>(&text).unwrap()),
                Some("jsonl") => {
                    text.lines().for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).unwrap()));
                }
                _ => assert!(text.is_empty() || text.ends_with('\n'), "{} ends within a line", path.display()),
            }
        }
    }
}
