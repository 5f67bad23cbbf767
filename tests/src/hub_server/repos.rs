//! Repositories, each the content of a folder when it was given.

use mlpt_core::files::sha256_hex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Endings of the files that the hub keeps elsewhere (git LFS).
const LARGE: [&str; 8] = [".safetensors", ".bin", ".pt", ".zip", ".tar", ".tgz", ".gz", ".parquet"];

/// What a repository holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A model.
    Model,
    /// A data set.
    Dataset,
}

/// A file of a repository.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// SHA-256 of a large file; for others 40 digits in place of git's SHA-1.
    pub(super) etag: String,
    pub(super) large: bool,
}

/// One repository at its only commit.
#[derive(Clone, Debug)]
pub(super) struct Repo {
    pub(super) commit: String,
    /// By name; also names that no folder can hold, which a test may add to the listing.
    pub(super) files: BTreeMap<String, Entry>,
    pub(super) listed_only: Vec<String>,
}

impl Repo {
    pub(super) fn read(dir: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        walk(dir, "", &mut files)?;
        let all: String = files.iter().map(|(name, e)| format!("{name} {}\n", e.etag)).collect();
        let commit = sha256_hex(all.as_bytes()).chars().take(40).collect();
        Ok(Self { commit, files, listed_only: Vec::new() })
    }
}

fn walk(dir: &Path, below: &str, files: &mut BTreeMap<String, Entry>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = format!("{below}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            walk(&path, &format!("{name}/"), files)?;
        } else {
            let large = LARGE.iter().any(|end| name.ends_with(end));
            let digest = sha256_hex(&fs::read(&path)?);
            let etag = if large { digest } else { digest.chars().take(40).collect() };
            files.insert(name, Entry { path, etag, large });
        }
    }
    Ok(())
}
