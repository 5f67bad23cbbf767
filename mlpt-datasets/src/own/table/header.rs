//! The header: which separator, which columns.

use crate::own::assign::Part;
use csv::{Reader, ReaderBuilder};

const PATH: [&str; 5] = ["path", "image", "filepath", "filename", "file_name"];
const LABEL: [&str; 2] = ["label", "class"];
const SPLIT: &str = "split";

/// What is where in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) path: usize,
    pub(super) label: usize,
    pub(super) split: Option<usize>,
    /// How many there are.
    pub(super) count: usize,
}

/// A reader of the table with the separator that its header shows.
pub(super) fn open(text: &str) -> Result<(Reader<&[u8]>, Columns), String> {
    let mut found: Vec<String> = Vec::new();
    for separator in [b',', b'\t', b';'] {
        let mut reader = ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| format!("the header cannot be read: {e}"))?;
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let column =
            |known: &[&str]| known.iter().find_map(|k| names.iter().position(|name| name.eq_ignore_ascii_case(k)));
        if let (Some(path), Some(label)) = (column(&PATH), column(&LABEL)) {
            return Ok((reader, Columns { path, label, split: column(&[SPLIT]), count: names.len() }));
        }
        if names.len() > found.len() {
            found = names;
        }
    }
    let there = |known: &[&str]| found.iter().any(|name| known.iter().any(|k| name.eq_ignore_ascii_case(k)));
    let (what, known) = if there(&PATH) { ("label", LABEL.as_slice()) } else { ("path", PATH.as_slice()) };
    Err(format!(
        "line 1: there is no column {what} (it may be called {}); the columns are: {}; the first line must name them",
        known.join(", "),
        found.join(", ")
    ))
}

/// Whether the text begins as a table of images does.
///
/// # Errors
/// Which column is missing.
pub(in crate::own) fn check(text: &str) -> Result<(), String> {
    open(text).map(|_| ())
}

/// The split that a cell names.
pub(super) fn part(cell: &str) -> Result<Part, String> {
    Part::of(cell).ok_or_else(|| match cell {
        "" => "the split is empty; write train, val or test".to_owned(),
        word => format!("'{word}' is no split; write train, val or test"),
    })
}
