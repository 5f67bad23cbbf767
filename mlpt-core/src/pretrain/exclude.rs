//! Pictures that pre-training must not see, because somebody tests or tunes on them.

use crate::data::Item;
use crate::{Error, Result};
use std::collections::HashSet;
use std::path::Path;

/// Name of the file in a run directory that lists every picture the run used, with its digest.
pub const IMAGES_FILE: &str = "images.csv";

/// Digests of the pictures that some runs train, pool, validate or test on.
#[derive(Clone, Debug, Default)]
pub struct Excluded {
    digests: HashSet<String>,
}

impl Excluded {
    /// Adds every picture of a run directory.
    ///
    /// # Errors
    /// When the directory has no list of pictures, or the list cannot be read.
    pub fn add_run(&mut self, run: &Path) -> Result<usize> {
        let path = run.join(IMAGES_FILE);
        if !path.is_file() {
            return Err(Error::data(
                run,
                format!("no {IMAGES_FILE} in it: --exclude takes the output directory of a `mlpt train` run"),
            ));
        }
        let mut reader = csv::Reader::from_path(&path).map_err(|e| Error::data(&path, e.to_string()))?;
        let column = reader
            .headers()
            .map_err(|e| Error::data(&path, e.to_string()))?
            .iter()
            .position(|h| h == "sha256")
            .ok_or_else(|| Error::data(&path, "no column 'sha256'"))?;
        let before = self.digests.len();
        for row in reader.records() {
            let row = row.map_err(|e| Error::data(&path, e.to_string()))?;
            self.digests.insert(row.get(column).unwrap_or_default().to_owned());
        }
        Ok(self.digests.len() - before)
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether nothing is excluded.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The items that remain, compared by digest of their files, so that a copy under another
    /// name is found too.
    ///
    /// # Errors
    /// When a picture cannot be read.
    pub fn remaining(&self, items: Vec<Item>) -> Result<Vec<Item>> {
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            if self.is_empty() || !self.digests.contains(&item.image.digest()?) {
                kept.push(item);
            }
        }
        Ok(kept)
    }
}
