//! From a table to items.

use super::rows::{Row, read};
use crate::own::assign::Assign;
use crate::own::found::Found;
use crate::own::labels;
use mlpt_core::data::{ImageRef, Item};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// The images of a table, which lie below `images`; `seed` is of what is drawn.
///
/// # Errors
/// When a line is wrong, images are missing, or a class has too few.
pub(in crate::own) fn find(file: &Path, images: &Path, seed: u64) -> Result<Found> {
    let rows = read(file)?;
    check_images(file, images, &rows)?;
    let raw: Vec<&str> = rows.iter().map(|row| row.label.as_str()).collect();
    let labelled = labels::texts(&raw).map_err(|(row, message)| match row {
        Some(row) => Error::data(file, format!("line {}: {message}", rows[row].line)),
        None => Error::data(file, message),
    })?;
    let root: Arc<Path> = Arc::from(images);
    let item = |(row, label): (&Row, usize)| {
        let image = ImageRef::File { root: root.clone(), relative: Arc::from(row.path.as_str()) };
        (Item { image, label, domain: 0 }, row.split)
    };
    let items = rows.iter().zip(labelled.labels).map(item).collect();
    let tree = RngTree::new(seed).child("csv");
    let parts = Assign { source: file, classes: &labelled.classes, tree, val_tests: false }.parts(items)?;
    Ok(Found { source: file.to_owned(), parts, classes: labelled.classes, numbers: labelled.numbers })
}

fn check_images(file: &Path, images: &Path, rows: &[Row]) -> Result<()> {
    let missing: Vec<&Row> = rows.iter().filter(|row| !images.join(&row.path).is_file()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let first: Vec<String> = missing.iter().take(10).map(|row| format!("  line {}: {}", row.line, row.path)).collect();
    let more = if missing.len() > 10 { "\n  ..." } else { "" };
    Err(Error::data(
        file,
        format!(
            "{} of {} images are not below {} (DATASET.ROOT names another folder):\n{}{more}",
            missing.len(),
            rows.len(),
            images.display(),
            first.join("\n")
        ),
    ))
}
