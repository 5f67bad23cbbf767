//! What lies in the folders: runs, and what came to nothing.

use crate::commands::sweep::last_words;
use anyhow::Result;
use mlpt_core::results::{Found, Names, find_named};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of runs.
pub(crate) struct Folder {
    pub(super) title: String,
    pub(super) found: Found,
    /// Folders of runs without a result, with what they said last.
    pub(super) left: BTreeMap<PathBuf, String>,
}

impl Folder {
    /// Everything in `dirs` and below.
    ///
    /// # Errors
    /// When a folder cannot be read, holds no run, or the files of a run are broken.
    pub(crate) fn read(dirs: &[PathBuf], names: &Names) -> Result<Self> {
        let found = find_named(dirs, names)?;
        let mut left: BTreeMap<PathBuf, String> = BTreeMap::new();
        for dir in &found.unfinished {
            let said = last_words(dir);
            left.insert(dir.clone(), said.unwrap_or_else(|| "begun and not finished".to_owned()));
        }
        left.extend(found.skipped.iter().map(|s| (s.dir.clone(), s.reason.clone())));
        // A cell that failed at its very beginning has left nothing but its words.
        for dir in dirs {
            said_only(dir, &mut left);
        }
        let shown: Vec<String> = dirs.iter().map(|dir| dir.display().to_string()).collect();
        Ok(Self { title: format!("Runs in {}", shown.join(", ")), found, left })
    }
}

/// Adds the folders below `dir` in which a sweep's cell spoke and no result lies.
fn said_only(dir: &Path, left: &mut BTreeMap<PathBuf, String>) {
    if !dir.join("result.json").is_file()
        && !left.contains_key(dir)
        && let Some(said) = last_words(dir)
    {
        left.insert(dir.to_owned(), said);
    }
    // Those that cannot be read, the search for runs has refused before.
    let below = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in below.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        if !entry.file_name().to_string_lossy().starts_with('.') {
            said_only(&entry.path(), left);
        }
    }
}
