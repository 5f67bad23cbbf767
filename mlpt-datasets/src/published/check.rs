//! What is on the disk, beside what should be there.

use super::base::{Published, SplitSource};
use crate::split_file::{Entry, SplitFile};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Differences that are told one by one.
const FIRST: usize = 10;

/// Something that is not as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is: a path, or a count in words.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// What came of a look at one data set.
#[derive(Clone, Debug)]
pub struct Check {
    /// The set.
    pub set: &'static Published,
    /// Its folder.
    pub folder: PathBuf,
    /// Where the split comes from; `None` where there is no usable one.
    pub source: Option<SplitSource>,
    /// Names of the classes, by label.
    pub class_names: Vec<String>,
    /// Training, validation and test images of the split.
    pub sizes: [usize; 3],
    /// Images of the split that are not there.
    pub missing: usize,
    /// Counts that differ, then the first missing images.
    pub differences: Vec<Difference>,
    /// What makes the set unusable.
    pub fault: Option<String>,
    /// The split itself.
    pub split: Option<SplitFile>,
}

impl Check {
    /// Whether everything is as published.
    pub fn is_good(&self) -> bool {
        self.fault.is_none() && self.differences.is_empty()
    }

    /// Whether runs can use it: all images of a split are there, though it may not be the published one.
    pub fn is_usable(&self) -> bool {
        self.fault.is_none() && self.missing == 0
    }
}

/// Compares what lies below `root` with the published layout and sizes. Every image of the split is
/// looked for; none is opened.
pub fn check(set: &'static Published, root: &Path) -> Check {
    let mut check = Check {
        set,
        folder: root.join(set.folder),
        source: None,
        class_names: Vec::new(),
        sizes: [0; 3],
        missing: 0,
        differences: Vec::new(),
        fault: None,
        split: None,
    };
    let (split, images, source) = match set.split(root) {
        Ok(found) => found,
        Err(error) => {
            check.fault = Some(error.to_string());
            return check;
        }
    };
    check.class_names = split.class_names();
    check.sizes = [&split.train, &split.val, &split.test].map(Vec::len);
    check.source = Some(source);
    let counts = [
        ("training images", set.sizes[0], check.sizes[0]),
        ("validation images", set.sizes[1], check.sizes[1]),
        ("test images", set.sizes[2], check.sizes[2]),
        ("classes", set.classes, check.class_names.len()),
    ];
    check.differences = counts
        .into_iter()
        .filter(|(_, expected, found)| expected != found)
        .map(|(what, expected, found)| Difference {
            what: what.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        })
        .collect();
    let missing = missing(&split, &images);
    check.missing = missing.len();
    check.differences.extend(missing.into_iter().take(FIRST).map(|path| Difference {
        expected: path.display().to_string(),
        found: nearest(&path).map_or_else(|| "nothing like it".to_owned(), |p| p.display().to_string()),
        what: "image".to_owned(),
    }));
    check.split = Some(split);
    check
}

fn missing(split: &SplitFile, images: &Path) -> Vec<PathBuf> {
    let all: Vec<&Entry> = [&split.train, &split.val, &split.test].into_iter().flatten().collect();
    all.into_par_iter().map(|entry| images.join(&entry.0)).filter(|path| !path.is_file()).collect()
}

/// What lies in the same folder under a name that differs in its case or its ending only.
fn nearest(path: &Path) -> Option<PathBuf> {
    let stem = |p: &Path| p.file_stem().map(|s| s.to_string_lossy().to_lowercase());
    let folder = path.parent()?;
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
    all.sort();
    all.into_iter().find(|other| stem(other) == stem(path))
}
