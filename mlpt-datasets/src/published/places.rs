//! What to say when a folder is not where it should be.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Folders looked into at most: data roots can be large.
const ENOUGH: usize = 2000;

/// Where the wanted folder lies instead, in words that begin with `;`, or nothing.
pub(super) fn hint(root: &Path, folder: &Path, images: &str) -> String {
    let name = folder.file_name().unwrap_or_default();
    if root.file_name() == Some(name) && root.join(images).is_dir() {
        let above = root.parent().unwrap_or(root).display();
        return format!("; DATASET.ROOT (--root) must be the folder above that, {above}");
    }
    let last = Path::new(images).file_name().unwrap_or(name);
    let others: Vec<&str> = super::PUBLISHED.iter().map(|set| set.folder).filter(|f| *f != name).collect();
    match elsewhere(root, last, &others) {
        Some(found) => format!("; a folder of that name lies at {}: move it, or link to it", found.display()),
        None if folder.is_dir() => format!("; in {} there is {}", folder.display(), entries(folder)),
        None if root.is_dir() => format!("; in {} there is {}", root.display(), entries(root)),
        None => String::new(),
    }
}

/// The first folder called `name` within three floors below `root`, nearest first; not in `others`,
/// the folders of other data sets.
fn elsewhere(root: &Path, name: &OsStr, others: &[&str]) -> Option<PathBuf> {
    let mut floor = vec![root.to_owned()];
    let mut seen = 0;
    for _ in 0..3 {
        let mut next = Vec::new();
        for dir in floor {
            for path in folders(&dir) {
                seen += 1;
                if path.file_name() == Some(name) {
                    return Some(path);
                }
                if seen > ENOUGH {
                    return None;
                }
                if !others.iter().any(|other| path.ends_with(other)) {
                    next.push(path);
                }
            }
        }
        floor = next;
    }
    None
}

/// Folders in `dir`, sorted; none where it cannot be read.
fn folders(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut all: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_dir()).collect();
    all.sort();
    all
}

/// The first few names in a folder.
fn entries(dir: &Path) -> String {
    let Ok(entries) = std::fs::read_dir(dir) else { return "nothing that can be read".to_owned() };
    let mut names: Vec<String> =
        entries.filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    match names.len() {
        0 => "nothing".to_owned(),
        1..=6 => names.join(", "),
        n => format!("{} and {} more", names[..5].join(", "), n - 5),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_lie_elsewhere_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let folder = root.join("dtd");
        std::fs::create_dir_all(root.join("oxford_pets/images")).unwrap();
        assert!(hint(root, &folder, "images").ends_with("there is oxford_pets"));
        std::fs::create_dir_all(root.join("downloads/dtd-r1/images")).unwrap();
        let text = hint(root, &folder, "images");
        assert!(text.contains("downloads/dtd-r1/images: move it"), "{text}");
        std::fs::create_dir_all(root.join("dtd/images")).unwrap();
        let text = hint(&folder, &folder.join("dtd"), "images");
        assert!(text.contains("must be the folder above that"), "{text}");
    }
}
