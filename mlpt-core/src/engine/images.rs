//! Which pictures a run uses, and for what: the list that keeps them out of pre-training.

use crate::data::Item;
use crate::{Error, Result};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The text `split,image,sha256`, one row for each picture and use. A picture that serves twice in
/// one use (a sample of the training set that is in the pool too) is listed under the first.
///
/// # Errors
/// When a picture cannot be read.
pub(super) fn text(uses: &[(&str, &[Item])]) -> Result<String> {
    let mut first: BTreeMap<&str, (&str, &Item)> = BTreeMap::new();
    for (split, items) in uses {
        for item in *items {
            first.entry(item.image.key()).or_insert((split, item));
        }
    }
    let rows: Vec<[String; 3]> = first
        .into_par_iter()
        .map(|(key, (split, item))| Ok([split.to_owned(), key.to_owned(), item.image.digest()?]))
        .collect::<Result<_>>()?;
    let fault = |e: &dyn std::fmt::Display| Error::invalid(format!("the list of images: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["split", "image", "sha256"]).map_err(|e| fault(&e))?;
    for row in rows {
        writer.write_record(row).map_err(|e| fault(&e))?;
    }
    String::from_utf8(writer.into_inner().map_err(|e| fault(&e))?).map_err(|e| fault(&e))
}

/// Whether the pictures of a run that is gone on with, listed at `path`, are those of `now`.
///
/// # Errors
/// With the first picture that is another one.
pub(super) fn check(path: &Path, now: &str) -> Result<()> {
    // A run of an earlier version has none.
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(()) };
    if text == now {
        return Ok(());
    }
    let there: BTreeSet<&str> = text.lines().collect();
    let other = now.lines().find(|line| !there.contains(line)).unwrap_or("some");
    let picture = other.split(',').nth(1).unwrap_or(other);
    let message = format!("{picture} is not the picture that this run began with; --overwrite starts it anew");
    Err(Error::data(path, message))
}
