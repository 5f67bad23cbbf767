//! Lines of `metrics.jsonl` as events again.

use super::{Event, JSONL_VERSION};
use crate::{Error, Result};
use serde::{Deserialize, Deserializer};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What every line has.
#[derive(Deserialize)]
struct Head {
    v: u32,
    event: String,
}

/// A figure; the file says null where it was not finite.
pub(super) fn figure<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
}

/// Figures with names, as [`figure`].
pub(super) fn figures<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<(String, f64)>, D::Error> {
    let all: Vec<(String, Option<f64>)> = Vec::deserialize(from)?;
    Ok(all.into_iter().map(|(name, value)| (name, value.unwrap_or(f64::NAN))).collect())
}

/// The event of a line. `None` for a kind that this version does not know: one may be added without a
/// new version number, and what is known can still be shown.
fn parse(line: &str) -> std::result::Result<Option<Event>, String> {
    let head: Head = serde_json::from_str(line).map_err(|e| format!("is no event: {e}"))?;
    if head.v != JSONL_VERSION {
        let what = format!("has version {}, and this program reads version {JSONL_VERSION}", head.v);
        return Err(format!("{what}: use the mlpt that wrote it"));
    }
    if !Event::KINDS.contains(&head.event.as_str()) {
        return Ok(None);
    }
    serde_json::from_str(line).map(Some).map_err(|e| format!("is no event: {e}"))
}

/// Reads a `metrics.jsonl` that may still grow.
#[derive(Clone, Debug)]
pub struct MetricsTail {
    path: PathBuf,
    /// How much was read, in bytes and in lines.
    offset: u64,
    line: usize,
}

/// What [`MetricsTail::read`] found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct News {
    /// Whether the file was cut back since the last time, as a run does that goes on: then `events` has
    /// everything, from the first line.
    pub anew: bool,
    /// The events of the lines that are complete and were not read before.
    pub events: Vec<Event>,
}

impl MetricsTail {
    /// Reads `path` from its beginning; nothing is opened yet.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), offset: 0, line: 0 }
    }

    /// Every event of a file that no longer grows.
    ///
    /// # Errors
    /// As [`MetricsTail::read`]; when the last line has no end.
    pub fn whole(path: &Path) -> Result<Vec<Event>> {
        let mut tail = Self::new(path);
        let events = tail.read()?.events;
        let length = std::fs::metadata(path).map_err(|e| Error::io(path, e))?.len();
        match length == tail.offset {
            true => Ok(events),
            false => Err(Error::data(path, format!("line {} is cut off", tail.line + 1))),
        }
    }

    /// What came since the last call. A file that is not there yet holds nothing. A last line without
    /// its end is left for the next call.
    ///
    /// # Errors
    /// When the file cannot be read, or a line is no event (the message has its number).
    pub fn read(&mut self) -> Result<News> {
        let mut file = match File::open(&self.path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(News::default()),
            other => other.map_err(|e| Error::io(&self.path, e))?,
        };
        let length = file.metadata().map_err(|e| Error::io(&self.path, e))?.len();
        let anew = length < self.offset;
        if anew {
            (self.offset, self.line) = (0, 0);
        }
        let mut bytes = Vec::new();
        let read = file.seek(SeekFrom::Start(self.offset)).and_then(|_| file.read_to_end(&mut bytes));
        read.map_err(|e| Error::io(&self.path, e))?;
        let end = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let mut events = Vec::new();
        for line in bytes[..end].split_inclusive(|b| *b == b'\n') {
            self.line += 1;
            let event = std::str::from_utf8(line).map_err(|_| "is not UTF-8 text".to_owned()).and_then(parse);
            let fault = |what| Error::data(&self.path, format!("line {} {what}", self.line));
            events.extend(event.map_err(fault)?);
        }
        self.offset += end as u64;
        Ok(News { anew, events })
    }
}
