//! The data set `Parquet` and its settings.

use super::find;
use crate::own::place;
use crate::root::data_root;
use mlpt_core::config::Section;
use mlpt_core::data::Splits;
use mlpt_core::registries::{DatasetContext, DatasetFactory};
use mlpt_core::registry::Entry;
use mlpt_core::{Error, Registries, Result};
use std::sync::Arc;

mlpt_core::section! {
    /// The section `DATASET.PARQUET`.
    pub struct ParquetConfig {
        /// A Parquet file, or a folder with some anywhere below it; empty means DATASET.ROOT.
        pub path: String = String::new(), "PATH";
        /// The column of pictures; empty finds it.
        pub image: String = String::new(), "IMAGE";
        /// The column of labels; empty finds it.
        pub label: String = String::new(), "LABEL";
        /// Seed of what is drawn where the files have no splits; not that of the run, so that runs with
        /// different seeds share their test images.
        pub seed: usize = 1, "SEED";
    }
}

const SECTION: &str = "DATASET.PARQUET";
/// The key of the file or folder.
pub(in crate::own) const PATH: &str = "DATASET.PARQUET.PATH";
const DOC: &str = "Parquet files as the Hugging Face hub serves them: DATASET.PARQUET.PATH is one, or a folder (else \
DATASET.ROOT) with some anywhere below it. A file's name, or else its folder's, says the split: \
train-00000-of-00002.parquet, data/validation-00000-of-00001.parquet, default/test/0000.parquet. Pictures stand in a \
column image (or img, jpg, jpeg, png) of bytes or of structs with bytes, labels in label (or labels, fine_label, cls, \
class) as numbers or text; DATASET.PARQUET.IMAGE and .LABEL name others. Class names come from the files' own metadata, \
from labels that are text, or from DATASET.CLASSES. Without a split half of every class goes to training, a fifth to \
validation and the rest to testing, drawn with DATASET.PARQUET.SEED; without test images the validation images are \
for testing; without validation images a fifth of the training images is set aside. Read are uncompressed, snappy and \
zstd files.";

/// Registers `Parquet`.
///
/// # Errors
/// When the name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    let factory: DatasetFactory = Arc::new(load);
    let entry = Entry::new("Parquet", "Parquet files, as the Hugging Face hub serves them", DOC, factory);
    registries.datasets.register(entry.keys(ParquetConfig::keys_below(SECTION)))
}

fn load(ctx: &DatasetContext<'_>) -> Result<Splits> {
    let config: ParquetConfig = ctx.scope.config().section(SECTION)?;
    let path = match (config.path.is_empty(), ctx.root.as_os_str().is_empty()) {
        (false, _) => place::named(place::root_if_set(ctx, "Parquet")?.as_deref(), PATH, &config.path)?,
        (true, false) => data_root(&ctx.root, "Parquet")?,
        (true, true) => {
            return Err(Error::invalid(format!(
                "Parquet needs a file or a folder of Parquet files: set {PATH}=PATH or give --root FOLDER"
            )));
        }
    };
    find(&path, &config)?.into_splits(ctx)
}
