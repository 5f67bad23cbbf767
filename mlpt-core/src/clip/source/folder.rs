//! A place with files in it: a folder, or a repository that is fetched file by file.

use crate::Result;
use std::path::{Path, PathBuf};

/// What [`super::layout::Layout`] looks into.
pub(super) trait Folder {
    /// Whether there is a file of that name.
    fn has(&self, name: &str) -> bool;
    /// Every file at the top, in order.
    fn names(&self) -> Vec<String>;
    /// Where the file lies on the disk; a repository fetches it first.
    fn file(&self, name: &str) -> Result<PathBuf>;
}

impl Folder for &Path {
    fn has(&self, name: &str) -> bool {
        self.join(name).is_file()
    }

    fn names(&self) -> Vec<String> {
        // A folder that cannot be read has no files; that is the error then.
        let entries = std::fs::read_dir(self).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter(|e| e.path().is_file()).filter_map(|e| e.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn file(&self, name: &str) -> Result<PathBuf> {
        Ok(self.join(name))
    }
}
