//! Which pictures a run uses, and for what: the list that keeps them out of pre-training.

use crate::data::Item;
use crate::files::write_atomic;
use crate::{Error, Result};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// Writes `split,image,sha256`, one row for each picture and use. A picture that serves twice in
/// one use (a sample of the training set that is in the pool too) is listed under the first.
///
/// # Errors
/// When a picture cannot be read, or the file cannot be written.
pub(super) fn write(path: &Path, uses: &[(&str, &[Item])]) -> Result<()> {
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
    let fault = |e: &dyn std::fmt::Display| Error::data(path, e.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["split", "image", "sha256"]).map_err(|e| fault(&e))?;
    for row in rows {
        writer.write_record(row).map_err(|e| fault(&e))?;
    }
    write_atomic(path, &writer.into_inner().map_err(|e| fault(&e))?)
}
