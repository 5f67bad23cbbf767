//! Splits drawn from labelled lists, class by class.

use crate::split_file::{Entry, SplitFile};
use mlpt_core::data::{in_three, set_aside};
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

/// 50, 20 and 30 % of every class, classes in first-seen order.
///
/// # Errors
/// When a class has too few; `at` is named.
pub(super) fn in_three_each(entries: Vec<Entry>, rng: &RngTree, at: &Path) -> Result<SplitFile> {
    let mut split = SplitFile::default();
    for (label, class) in by_label(entries) {
        let (name, count) = (class[0].2.clone(), class.len());
        let parts = in_three(class, &mut rng.at(label).rng()).ok_or_else(|| {
            let what = "too few for a split of 50, 20 and 30 %; 4 are enough";
            Error::data(at, format!("class '{name}' has {count} images, {what}"))
        })?;
        for (list, part) in [&mut split.train, &mut split.val, &mut split.test].into_iter().zip(parts) {
            list.extend(part);
        }
    }
    Ok(split)
}

/// Entries by label, labels in first-seen order; no group is empty.
fn by_label(entries: Vec<Entry>) -> Vec<(usize, Vec<Entry>)> {
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
