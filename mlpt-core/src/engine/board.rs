//! `tensorboard/`: what TensorBoard shows of a run.

use super::lock::RunLock;
use super::{RunDir, facts, utc};
use crate::event::tensorboard::{Confusion, EventFile};
use crate::event::{Event, EventSink};
use crate::files::read_text;
use crate::report::Predictions;
use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What to do about a file that could not be written.
const CURE: &str = "`mlpt tensorboard RUN` makes it from metrics.jsonl";

/// Keeps the event file of the run that is under way; its clones keep the same one. The sink looks at no
/// event: when the others are flushed it reads what they wrote.
#[derive(Clone)]
pub(super) struct Board(Arc<Mutex<Option<EventFile>>>);

impl Board {
    /// Makes the file anew from the lines that `metrics.jsonl` has, which are those of the epochs that
    /// are kept. With `on` false there is none, and one of an earlier process, which would no longer be
    /// true, goes.
    pub(super) fn begin(dir: &RunDir, on: bool) -> Self {
        if !on {
            let _ = std::fs::remove_file(dir.board());
            // Fails where it holds something else, and shall.
            let _ = dir.board().parent().map(std::fs::remove_dir);
            return Self(Arc::default());
        }
        let begin = || -> Result<EventFile> {
            let mut file = of(dir);
            file.read()?;
            file.create()?;
            Ok(file)
        };
        let begun = begin().map_err(|e| tracing::warn!("no TensorBoard events: {e}; {CURE}"));
        Self(Arc::new(Mutex::new(begun.ok())))
    }

    /// Adds the test at the end, from the files that were written with it.
    pub(super) fn tested(&self, dir: &RunDir) {
        self.with(|file| {
            file.read()?;
            test(dir, file)?;
            file.append()
        });
    }

    /// A run goes on without its picture for TensorBoard: the first fault is told and ends it.
    fn with(&self, work: impl FnOnce(&mut EventFile) -> Result<()>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = kept.as_mut().map(work) {
            tracing::warn!("TensorBoard events end here: {error}; {CURE}");
            *kept = None;
        }
    }
}

impl EventSink for Board {
    fn emit(&mut self, _event: &Event) {}

    fn flush(&mut self) {
        self.with(|file| {
            file.read()?;
            file.append()
        });
    }
}

/// Writes the TensorBoard events of the run in `run` anew from its files, and says where they are.
///
/// # Errors
/// When no run is there or a process is at work on it; when a file cannot be read or written.
pub fn write_board(run: &Path) -> Result<PathBuf> {
    let dir = RunDir::new(run);
    if !dir.config().is_file() {
        return Err(Error::data(run, "holds no run of this program: there is no config.toml in it"));
    }
    if !dir.metrics().is_file() {
        return Err(Error::data(run, "there is no metrics.jsonl in it, from which the events are made"));
    }
    RunLock::look(&dir.lock())?;
    let mut file = of(&dir);
    file.read()?;
    test(&dir, &mut file)?;
    file.create()?;
    Ok(dir.board())
}

/// The file of a run, with nothing read yet.
fn of(dir: &RunDir) -> EventFile {
    // The one file that knows the time of the day. Without it, time begins in 1970.
    let started = read_text(&dir.attempts()).ok().and_then(|text| started(&text)).unwrap_or(0);
    EventFile::new(&dir.metrics(), started as f64, &dir.board())
}

/// When the first attempt began, in seconds since 1970.
fn started(attempts: &str) -> Option<u64> {
    let first: serde_json::Value = serde_json::from_str(attempts.lines().next()?).ok()?;
    utc::seconds(first["started_at"].as_str()?)
}

fn test(dir: &RunDir, file: &mut EventFile) -> Result<()> {
    confusion(dir)?.map_or(Ok(()), |confusion| file.tested(&confusion))
}

/// What the trained model took the test images for, as `predictions.csv` has it; runs of earlier versions
/// have no such file, and some a `cmat.csv`. Classes are in the order of their labels.
fn confusion(dir: &RunDir) -> Result<Option<Confusion>> {
    let (predictions, matrix) = (dir.predictions(), dir.confusion());
    match (predictions.is_file(), matrix.is_file()) {
        (true, _) => of_predictions(dir, &predictions).map(Some),
        (false, true) => of_matrix(&matrix).map(Some),
        (false, false) => Ok(None),
    }
}

fn of_predictions(dir: &RunDir, path: &Path) -> Result<Confusion> {
    let Some((names, _)) = facts::classes(dir) else {
        return Err(Error::data(dir.run(), "has no class names, so the confusion matrix cannot be made"));
    };
    let confusion = Predictions::read(path)?.confusion(&names)?;
    if let Some(stranger) = confusion.names.get(names.len()) {
        return Err(Error::data(path, format!("run.json has no class '{stranger}'")));
    }
    Ok(Confusion {
        counts: confusion.counts.into_iter().map(|row| row.into_iter().map(|n| n as u64).collect()).collect(),
    })
}

fn of_matrix(path: &Path) -> Result<Confusion> {
    let text = read_text(path)?;
    let mut counts = Vec::new();
    for (line, row) in (2..).zip(csv::Reader::from_reader(text.as_bytes()).records()) {
        let row = row.map_err(|e| Error::data(path, format!("is no table: {e}")))?;
        let numbers: std::result::Result<Vec<u64>, _> = row.iter().skip(1).map(str::parse).collect();
        counts.push(numbers.map_err(|e| Error::data(path, format!("line {line} is no row of counts: {e}")))?);
    }
    Ok(Confusion { counts })
}
