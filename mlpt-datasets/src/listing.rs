//! What lies in folders, sorted, so that nothing hangs on the order in which the system lists it.

use mlpt_core::{Error, Result};
use std::path::Path;

const IMAGES: [&str; 3] = ["jpg", "jpeg", "png"];

/// Names of the folders in `dir`, hidden ones left out.
pub(crate) fn class_folders(dir: &Path) -> Result<Vec<String>> {
    Ok(entries(dir)?.into_iter().filter(|(_, is_dir)| *is_dir).map(|(name, _)| name).collect())
}

/// Whether a file of this name is an image by its ending.
fn is_image(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    extension.is_some_and(|e| IMAGES.iter().any(|i| i.eq_ignore_ascii_case(e)))
}

/// The image files in `dir` and in the folders below it, hidden ones left out, as paths below it with forward slashes.
///
/// # Errors
/// When a folder cannot be read.
pub fn images_below(dir: &Path) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for (name, is_dir) in entries(dir)? {
        if is_dir {
            all.extend(images_below(&dir.join(&name))?.into_iter().map(|below| format!("{name}/{below}")));
        } else if is_image(&name) {
            all.push(name);
        }
    }
    Ok(all)
}

/// Names of the image files in `dir`, hidden ones left out. What is no image is counted in a warning.
pub(crate) fn images(dir: &Path) -> Result<Vec<String>> {
    let (images, others): (Vec<_>, Vec<_>) =
        entries(dir)?.into_iter().partition(|(name, is_dir)| !is_dir && is_image(name));
    if let Some((first, _)) = others.first() {
        tracing::warn!(
            "{}: skipped {} that {} no image (.jpg, .jpeg, .png), such as {first}",
            dir.display(),
            others.len(),
            if others.len() == 1 { "is" } else { "are" },
        );
    }
    Ok(images.into_iter().map(|(name, _)| name).collect())
}

/// Name and whether it is a folder (links are followed), sorted by name.
pub(crate) fn entries(dir: &Path) -> Result<Vec<(String, bool)>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| Error::io(dir, e))? {
        let entry = entry.map_err(|e| Error::io(dir, e))?;
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
            return Err(Error::data(&path, "its name is not valid UTF-8; rename it"));
        };
        if !name.starts_with('.') {
            // Most systems say what an entry is along with its name; only links need another look.
            let is_dir = match entry.file_type() {
                Ok(kind) if !kind.is_symlink() => kind.is_dir(),
                _ => path.is_dir(),
            };
            all.push((name.to_owned(), is_dir));
        }
    }
    all.sort();
    Ok(all)
}
