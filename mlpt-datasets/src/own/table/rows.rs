//! The lines of a table.

use super::header::{open, part};
use crate::own::assign::Part;
use crate::own::place::inside;
use mlpt_core::files::read_text;
use mlpt_core::{Error, Result};
use std::collections::HashMap;
use std::path::Path;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// One-based.
    pub(super) line: usize,
    /// Below the folder of images.
    pub(super) path: String,
    pub(super) label: String,
    pub(super) split: Option<Part>,
}

/// Reads every line.
///
/// # Errors
/// With file and line: a missing column, a line of another length, an empty label, an unknown split, a
/// path that leads out of the folder, an image that stands twice.
pub(super) fn read(file: &Path) -> Result<Vec<Row>> {
    let text = read_text(file)?;
    let (mut reader, columns) = open(&text).map_err(|message| Error::data(file, message))?;
    let mut rows = Vec::new();
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| Error::data(file, format!("is no table: {e}")))? {
        let line = record.position().map_or(0, |place| line_of(&text, place));
        let fault = |message: String| Error::data(file, format!("line {line}: {message}"));
        if record.len() != columns.count {
            return Err(fault(format!("there are {} cells, but {} columns", record.len(), columns.count)));
        }
        let cell = |column: usize| record.get(column).unwrap_or_default().trim();
        let path = cell(columns.path);
        if path.is_empty() {
            return Err(fault("the path is empty".to_owned()));
        }
        let path = inside(path)
            .ok_or_else(|| fault(format!("the path '{path}' must be relative and stay below the folder of images")))?;
        if cell(columns.label).is_empty() {
            return Err(fault("the label is empty; name the class, or remove the line".to_owned()));
        }
        if let Some(first) = lines.insert(path.clone(), line) {
            return Err(fault(format!("the image {path} stands in line {first} already; drop one of them")));
        }
        let split = columns.split.map(|column| part(cell(column))).transpose().map_err(fault)?;
        rows.push(Row { line, path, label: cell(columns.label).to_owned(), split });
    }
    match rows.is_empty() {
        true => Err(Error::data(file, "there are no lines below the header")),
        false => Ok(rows),
    }
}

/// The line where a record begins; the reader's own count does not pass over empty lines before it.
fn line_of(text: &str, place: &csv::Position) -> usize {
    let before = usize::try_from(place.byte()).ok().and_then(|at| text.get(at..)).unwrap_or_default();
    let empty = before.bytes().take_while(|b| b"\r\n".contains(b)).filter(|b| *b == b'\n').count();
    usize::try_from(place.line()).unwrap_or(usize::MAX).saturating_add(empty)
}
