//! What a store holds, and how it is emptied.

use super::file;
use super::index::{Index, folder as index_folder};
use super::lock::{self, Lock};
use super::recipe::{Recipe, is_name};
use super::stamp::is_absent;
use crate::files::temporary_of;
use crate::{Error, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A file of features.
#[derive(Clone, Debug, Serialize)]
pub struct KeptFile {
    /// The file.
    pub path: PathBuf,
    /// Name of the model; empty where the file is damaged.
    pub model: String,
    /// Number of images.
    pub images: usize,
    /// Size of the file.
    pub bytes: u64,
    /// How its features were made; `None` where the file is damaged.
    pub recipe: Option<Recipe>,
    /// What is wrong with it.
    pub fault: Option<String>,
}

/// What a store holds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Listing {
    /// The files of features, by name.
    pub files: Vec<KeptFile>,
    /// Number of image files whose digests are known.
    pub known_images: usize,
    /// Size of the lists of these.
    pub index_bytes: u64,
}

/// What the store in `dir` holds; nothing where there is no such folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(dir: &Path) -> Result<Listing> {
    let mut listing = Listing::default();
    for path in entries(dir)?.into_iter().filter(|path| is_ours(path, "safetensors")) {
        let bytes = std::fs::metadata(&path).map_or(0, |m| m.len());
        listing.files.push(match file::describe(&path) {
            Ok((meta, images)) => {
                KeptFile { path, model: meta.name, images, bytes, recipe: Some(meta.recipe), fault: None }
            }
            Err(e) => {
                KeptFile { path, model: String::new(), images: 0, bytes, recipe: None, fault: Some(e.to_string()) }
            }
        });
    }
    for path in entries(&index_folder(dir))?.into_iter().filter(|path| is_ours(path, "txt")) {
        listing.known_images += Index::read(&path).map_or(0, |index| index.len());
        listing.index_bytes += std::fs::metadata(&path).map_or(0, |m| m.len());
    }
    Ok(listing)
}

/// Removes what the store in `dir` holds and nothing else; tells how many files of features and how many bytes that
/// were.
///
/// # Errors
/// When a file cannot be removed, or another process does not let go of the folder.
pub fn clear(dir: &Path) -> Result<(usize, u64)> {
    if !dir.is_dir() {
        return Ok((0, 0));
    }
    let lock = Lock::wait(dir)?;
    let (mut files, mut bytes) = (0, 0);
    for path in [entries(dir)?, entries(&index_folder(dir))?].concat() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let target = temporary_of(&name).map_or_else(|| path.clone(), |target| path.with_file_name(target));
        let (features, index) = (is_ours(&target, "safetensors"), is_ours(&target, "txt"));
        if features || index {
            bytes += std::fs::metadata(&path).map_or(0, |m| m.len());
            files += usize::from(features && target == path);
            std::fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
        }
    }
    // A folder that holds something else stays, and so does the lock, which another process may wait for.
    let _ = std::fs::remove_dir(index_folder(dir));
    drop(lock);
    Ok((files, bytes))
}

fn is_ours(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|e| e == ending) && path.file_stem().and_then(|s| s.to_str()).is_some_and(is_name)
}

/// What is in a folder, by name; nothing where there is none.
fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let read = match std::fs::read_dir(dir) {
        Ok(read) => read,
        Err(e) if is_absent(&e) => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(dir, e)),
    };
    let mut paths = read.map(|entry| Ok(entry.map_err(|e| Error::io(dir, e))?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.is_file() && path.file_name().is_none_or(|name| name != lock::NAME));
    paths.sort();
    Ok(paths)
}
