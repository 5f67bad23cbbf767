//! Where files lie that a setting names.

use crate::root::{data_root, expand_home};
use mlpt_core::registries::DatasetContext;
use mlpt_core::{Error, Result};
use std::path::{Component, Path, PathBuf};

/// `DATASET.ROOT` where it is set.
///
/// # Errors
/// When it is set and is no folder.
pub(super) fn root_if_set(ctx: &DatasetContext<'_>, dataset: &str) -> Result<Option<PathBuf>> {
    match ctx.root.as_os_str().is_empty() {
        true => Ok(None),
        false => data_root(&ctx.root, dataset).map(Some),
    }
}

/// What `value` of `key` names: below `root` where it lies there, else in the working folder. A
/// leading `~` is the home folder.
///
/// # Errors
/// When there is nothing of that name; the message names both places.
pub(super) fn named(root: Option<&Path>, key: &str, value: &str) -> Result<PathBuf> {
    let plain = expand_home(Path::new(value));
    let below = root.map(|root| root.join(&plain)).filter(|below| *below != plain);
    if let Some(there) = below.iter().chain([&plain]).find(|path| path.exists()) {
        return Ok(there.clone());
    }
    let other = below.map(|_| format!("; nor is it at {} in the working folder", plain.display()));
    let path = root.map_or_else(|| plain.clone(), |root| root.join(&plain));
    Err(Error::data(path, format!("there is no such file or folder ({key} names it){}", other.unwrap_or_default())))
}

/// The folder that a file lies in.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A path of a list in one spelling, with forward slashes and without `.`; `None` where it leads out of
/// its folder.
pub(super) fn inside(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => parts.push(part.to_str()?),
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_looked_for_below_the_root_first() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.csv"), "").unwrap();
        assert_eq!(named(Some(dir.path()), "K", "a.csv").unwrap(), dir.path().join("a.csv"));
        let whole = dir.path().join("a.csv");
        assert_eq!(named(None, "K", whole.to_str().unwrap()).unwrap(), whole);
        assert_eq!(named(Some(Path::new("/no")), "K", whole.to_str().unwrap()).unwrap(), whole);
        let message = named(Some(dir.path()), "DATASET.X", "b.csv").unwrap_err().to_string();
        for text in [dir.path().join("b.csv").to_str().unwrap(), "DATASET.X names it", "nor is it at b.csv"] {
            assert!(message.contains(text), "{message}");
        }
        let message = named(None, "DATASET.X", "no/b.csv").unwrap_err().to_string();
        assert!(message.starts_with("no/b.csv: ") && !message.contains("nor is"), "{message}");
    }

    #[test]
    fn paths_have_one_spelling_and_stay_inside() {
        assert_eq!(inside("./a//b/./c.png").unwrap(), "a/b/c.png");
        for outside in ["", ".", "/a", "../a", "a/../b"] {
            assert_eq!(inside(outside), None, "{outside}");
        }
    }
}
