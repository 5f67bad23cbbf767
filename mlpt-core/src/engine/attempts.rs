//! `attempts.jsonl`: when, where and how far each process carried a run. What differs between two
//! processes stands here and in no other file, so that a resumed run's files equal those of a run
//! that was not stopped.

use super::job::Job;
use super::model::device_name;
use super::usage::Usage;
use super::utc;
use crate::files::write_atomic;
use crate::{Error, Result};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

/// One process's work on a run.
#[derive(Clone, Debug, Serialize)]
struct Attempt {
    /// From 1.
    attempt: usize,
    started_at: String,
    /// Number of epochs that were there already.
    from_epoch: usize,
    mlpt: &'static str,
    device: String,
    threads: usize,
    decoding_threads: usize,
    pid: u32,
    #[serde(flatten)]
    end: Option<End>,
}

/// What became of it; absent while it is at work, and for ever where it was killed.
#[derive(Clone, Debug, Serialize)]
struct End {
    /// `finished`, `interrupted` or `failed`.
    outcome: &'static str,
    seconds: f64,
    #[serde(flatten)]
    usage: Usage,
    /// What this process really spent, that which an earlier one had done once already included.
    passes: Value,
}

/// The list of attempts, with this process's own as the last one.
pub(super) struct Attempts {
    path: PathBuf,
    earlier: String,
    own: Attempt,
    started: Instant,
}

impl Attempts {
    /// Adds a line for this process, which goes on after `from_epoch`.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(super) fn begin(path: &Path, job: &Job, from_epoch: usize, started: Instant) -> Result<Self> {
        let mut earlier = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Error::io(path, e)),
        };
        if !earlier.is_empty() && !earlier.ends_with('\n') {
            earlier.push('\n');
        }
        let own = Attempt {
            attempt: earlier.lines().count() + 1,
            started_at: utc::text(SystemTime::now() - started.elapsed()),
            from_epoch,
            mlpt: env!("CARGO_PKG_VERSION"),
            device: device_name(&job.device),
            threads: rayon::current_num_threads(),
            decoding_threads: job.config.get("DATALOADER.NUM_WORKERS")?,
            pid: std::process::id(),
            end: None,
        };
        let attempts = Self { path: path.to_owned(), earlier, own, started };
        attempts.write()?;
        Ok(attempts)
    }

    /// Completes this process's line.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn end<T>(mut self, outcome: &Result<T>, job: &Job) -> Result<()> {
        let outcome = match outcome {
            Ok(_) => "finished",
            Err(Error::Interrupted { .. }) => "interrupted",
            Err(_) => "failed",
        };
        let passes = serde_json::to_value(job.clip.spent()).unwrap_or_default();
        self.own.end =
            Some(End { outcome, seconds: self.started.elapsed().as_secs_f64(), usage: Usage::now(), passes });
        self.write()
    }

    fn write(&self) -> Result<()> {
        let own = serde_json::to_string(&self.own).map_err(|e| Error::invalid(format!("attempts.jsonl: {e}")))?;
        write_atomic(&self.path, format!("{}{own}\n", self.earlier).as_bytes())
    }
}
