//! The process that makes a cell.

use super::plan::Planned;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

/// Bytes at the end of a run's `metrics.jsonl` that tell where it is.
const TAIL: u64 = 4096;

/// A cell that is running.
pub(super) struct Running {
    /// Its number in the plan.
    pub(super) number: usize,
    pub(super) started: Instant,
    child: Child,
    metrics: PathBuf,
}

/// Where what a cell's process says is kept.
pub(super) fn said(dir: &Path) -> PathBuf {
    dir.join("sweep.txt")
}

impl Running {
    /// Starts `mlpt train` on a cell; whatever it says goes into its folder.
    ///
    /// # Errors
    /// When the folder cannot be made or the program cannot be started.
    pub(super) fn start(number: usize, cell: &Planned, device: Option<&str>, threads: Option<usize>) -> Result<Self> {
        fs::create_dir_all(&cell.dir).with_context(|| format!("{} cannot be made", cell.dir.display()))?;
        let path = said(&cell.dir);
        let out = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
        let program = std::env::current_exe().context("this program's own file cannot be told")?;
        let mut command = Command::new(program);
        command.args(["train", "--quiet", "--color", "never"]).args(&cell.words).stdin(Stdio::null());
        command.stdout(out.try_clone()?).stderr(out);
        if let Some(device) = device {
            command.arg(format!("DEVICE={device}"));
        }
        if let Some(threads) = threads {
            command.env("RAYON_NUM_THREADS", threads.to_string());
        }
        // Ctrl-C in a terminal reaches this process alone, which passes it on once: a second one would end a step half-way.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().context("a cell's process cannot be started")?;
        Ok(Self { number, started: Instant::now(), child, metrics: cell.dir.join("metrics.jsonl") })
    }

    /// How it ended, once it has.
    ///
    /// # Errors
    /// When the system does not tell.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks it to stop after its step.
    pub(super) fn stop(&mut self) {
        #[cfg(unix)]
        if let Ok(id) = i32::try_from(self.child.id())
            && let Some(id) = rustix::process::Pid::from_raw(id)
        {
            // It may have ended meanwhile.
            let _ = rustix::process::kill_process(id, rustix::process::Signal::INT);
        }
        #[cfg(not(unix))]
        let _ = self.child.kill();
    }

    /// `epoch 3/50`, from the last of its figures.
    pub(super) fn place(&self) -> Option<String> {
        let mut file = File::open(&self.metrics).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        text.lines().rev().find_map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(format!("epoch {}/{}", event["epoch"].as_u64()?, event["max_epoch"].as_u64()?))
        })
    }
}

/// The last error that a cell's process printed, or else its last line.
pub(crate) fn last_words(dir: &Path) -> Option<String> {
    let text = fs::read_to_string(said(dir)).ok()?;
    let error = text.rfind("error: ").map(|at| text[at + "error: ".len()..].trim().to_owned());
    error.or_else(|| text.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned))
}
