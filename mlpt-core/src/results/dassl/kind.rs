//! Whose log it is.

use std::path::Path;

/// What lies in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::results) enum Kind {
    /// A log of Dassl, perhaps not a whole one.
    Dassl,
    /// A log of this program, whose `result.json` and `config.toml` are gone.
    Own,
    /// Something else's.
    Other,
}

/// Whose log `text` is, in the folder `dir`.
pub(in crate::results) fn kind(dir: &Path, text: &str) -> Kind {
    let own = |line: &str| line.starts_with("Trainer: ") && line.contains(", seed ") && line.contains(", on ");
    if text.lines().any(own) {
        return Kind::Own;
    }
    let mark = |line: &str| ["** Config **", "Finish training", "=> result"].contains(&line.trim());
    // A log that was cut off early shows nothing; then the folder's name does.
    if text.lines().any(mark) || super::layout::seed(dir).is_some() { Kind::Dassl } else { Kind::Other }
}
