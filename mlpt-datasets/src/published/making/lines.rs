//! Text files with one thing a line.

use mlpt_core::files::read_text;
use mlpt_core::{Error, Result};
use std::path::{Path, PathBuf};

/// A text file that knows its place, for messages.
pub(super) struct Lines {
    path: PathBuf,
    text: String,
}

impl Lines {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_owned(), text: read_text(path)? })
    }

    /// Number (from 1) and text of the lines that are not empty, without blanks around them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())).filter(|(_, line)| !line.is_empty())
    }

    /// The fault of a line.
    pub(super) fn fault(&self, line: usize, what: impl std::fmt::Display) -> Error {
        Error::data(&self.path, format!("line {line}: {what}"))
    }

    /// `1-based number` of a class as a label from 0.
    pub(super) fn label(&self, line: usize, word: &str) -> Result<usize> {
        match word.parse::<usize>() {
            Ok(n) if n > 0 => Ok(n - 1),
            _ => Err(self.fault(line, format!("'{word}' is no class number; they count from 1"))),
        }
    }
}

/// The words of `text` parted at its first blank.
pub(super) fn first_word(text: &str) -> Option<(&str, &str)> {
    text.split_once(char::is_whitespace).map(|(word, rest)| (word, rest.trim()))
}
