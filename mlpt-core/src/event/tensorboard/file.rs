//! One event file, made from `metrics.jsonl`.

use super::confusion::Confusion;
use super::story::Story;
use crate::event::MetricsTail;
use crate::files::write_atomic;
use crate::{Error, Result};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The TensorBoard events of a run.
///
/// They hold nothing that `metrics.jsonl` does not say (but for the test at the end), and are made from
/// its lines, never from the events themselves. So a run, a run that went on after a stop and a later
/// `mlpt tensorboard` come to the same bytes, and no state has to be saved: a process that goes on
/// writes the file anew from the lines that were kept, and nothing is shown twice.
///
/// Within one process the file grows and is not replaced, because TensorBoard reads on in the file that
/// it has opened. A process that is killed while it writes leaves half a record, which TensorBoard
/// passes over and the next process replaces.
#[derive(Clone, Debug)]
pub struct EventFile {
    path: PathBuf,
    metrics: MetricsTail,
    story: Story,
    /// Bytes that are not written yet.
    waiting: Vec<u8>,
}

impl EventFile {
    /// The events of `metrics`, of a run that began at `started` (seconds since 1970), for the file
    /// `path`; nothing is read or written yet.
    pub fn new(metrics: &Path, started: f64, path: &Path) -> Self {
        let mut waiting = Vec::new();
        let story = Story::begin(started, &mut waiting);
        Self { path: path.to_owned(), metrics: MetricsTail::new(metrics), story, waiting }
    }

    /// Takes what `metrics.jsonl` has got since the last time.
    ///
    /// # Errors
    /// When it cannot be read or a line is no event.
    pub fn read(&mut self) -> Result<()> {
        for event in self.metrics.read()?.events {
            self.story.tell(&event, &mut self.waiting);
        }
        Ok(())
    }

    /// Takes the test at the end.
    ///
    /// # Errors
    /// When the picture cannot be made.
    pub fn tested(&mut self, confusion: &Confusion) -> Result<()> {
        self.story.confusion(confusion.picture()?, confusion.accuracy(), &mut self.waiting);
        Ok(())
    }

    /// Writes what was taken so far as a new file in place of any that is there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(&mut self) -> Result<()> {
        write_atomic(&self.path, &std::mem::take(&mut self.waiting))
    }

    /// Adds what was taken since to the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&mut self) -> Result<()> {
        let bytes = std::mem::take(&mut self.waiting);
        let file = OpenOptions::new().append(true).open(&self.path);
        file.and_then(|mut file| file.write_all(&bytes)).map_err(|e| Error::io(&self.path, e))
    }
}
