//! The data set `Csv` and its settings.

use super::find;
use crate::own::place;
use mlpt_core::config::Section;
use mlpt_core::data::Splits;
use mlpt_core::registries::{DatasetContext, DatasetFactory};
use mlpt_core::registry::Entry;
use mlpt_core::{Error, Registries, Result};
use std::sync::Arc;

mlpt_core::section! {
    /// The section `DATASET.CSV`.
    pub struct CsvConfig {
        /// The table: below DATASET.ROOT where it lies there, else in the working folder.
        pub file: String = String::new(), "FILE";
        /// Seed of what is drawn where the table has no split; not that of the run, so that runs with
        /// different seeds share their test images.
        pub seed: usize = 1, "SEED";
    }
}

const SECTION: &str = "DATASET.CSV";
/// The key of the table.
pub(in crate::own) const FILE: &str = "DATASET.CSV.FILE";
const DOC: &str = "Your own images in a table, DATASET.CSV.FILE: comma, tab or semicolon separated, with a header. Its \
columns are path (or image, filepath, filename, file_name), label (or class) and, if there is one, split (train; val, \
valid, validation or dev; test). Paths are relative to DATASET.ROOT, or else to the table's folder. Labels are class \
names, sorted, or numbers from 0 up if all of them are; numbers need names from DATASET.CLASSES. Without a split half \
of every class goes to training, a fifth to validation and the rest to testing, drawn with DATASET.CSV.SEED; with \
training and test images only, a fifth of the training images is set aside.";

/// Registers `Csv`.
///
/// # Errors
/// When the name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    let factory: DatasetFactory = Arc::new(load);
    let entry = Entry::new("Csv", "your own images, listed in a table", DOC, factory);
    registries.datasets.register(entry.aliases(&["Tsv"]).keys(CsvConfig::keys_below(SECTION)))
}

fn load(ctx: &DatasetContext<'_>) -> Result<Splits> {
    let config: CsvConfig = ctx.scope.config().section(SECTION)?;
    if config.file.is_empty() {
        return Err(Error::invalid(format!("Csv needs a table of the images: set {FILE}=FILE.csv")));
    }
    let root = place::root_if_set(ctx, "Csv")?;
    let file = place::named(root.as_deref(), FILE, &config.file)?;
    let images = root.unwrap_or_else(|| place::folder_of(&file));
    find(&file, &images, config.seed as u64)?.into_splits(ctx)
}
