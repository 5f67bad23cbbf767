//! Sets that publish training and test lists, and no validation list.

use crate::drawn::set_aside;
use crate::split_file::{Entry, SplitFile};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::path::Path;

/// A fifth of every class's training images set aside for validation, classes in first-seen order.
///
/// # Errors
/// When a class has too few; `at` is named.
pub(super) fn with_fifth_aside(train: Vec<Entry>, test: Vec<Entry>, rng: &RngTree, at: &Path) -> Result<SplitFile> {
    let mut split = SplitFile { test, ..SplitFile::default() };
    for (label, class) in by_label(train) {
        let (name, count) = (class[0].2.clone(), class.len());
        let [kept, aside] = set_aside(class, &mut rng.at(label).rng()).ok_or_else(|| {
            Error::data(at, format!("class '{name}' has {count} training images; 3 are needed to set a fifth aside"))
        })?;
        split.train.extend(kept);
        split.val.extend(aside);
    }
    Ok(split)
}

/// Entries by label, labels in first-seen order; no group is empty.
pub(super) fn by_label(entries: Vec<Entry>) -> Vec<(usize, Vec<Entry>)> {
    let mut groups: Vec<(usize, Vec<Entry>)> = Vec::new();
    let mut slots: std::collections::HashMap<usize, usize> = std::collections::HashMap::new();
    for entry in entries {
        let slot = *slots.entry(entry.1).or_insert_with(|| {
            groups.push((entry.1, Vec::new()));
            groups.len() - 1
        });
        groups[slot].1.push(entry);
    }
    groups
}
