//! Any split file in CoOp's format.

use super::found::Found;
use super::place;
use super::split_file::SplitFile;
use mlpt_core::config::Section;
use mlpt_core::data::Splits;
use mlpt_core::registries::{DatasetContext, DatasetFactory};
use mlpt_core::registry::Entry;
use mlpt_core::{Error, Registries, Result};
use std::path::Path;
use std::sync::Arc;

mlpt_core::section! {
    /// The section `DATASET.SPLIT_JSON`.
    pub struct SplitJsonConfig {
        /// The split file: below DATASET.ROOT where it lies there, else in the working folder.
        pub file: String = String::new(), "FILE";
    }
}

const SECTION: &str = "DATASET.SPLIT_JSON";
/// The key of the split file.
pub(super) const FILE: &str = "DATASET.SPLIT_JSON.FILE";
const DOC: &str = "Your own images in a split file of CoOp's format, DATASET.SPLIT_JSON.FILE: {\"train\": [[path, \
label, class name], ...], \"val\": [...], \"test\": [...]}. Paths are relative to DATASET.ROOT, or else to the file's \
folder. The lists val and test may be empty where a run does without them. DATASET.CLASSES names a file with other \
class names.";

/// Registers `SplitJson`.
///
/// # Errors
/// When the name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    let factory: DatasetFactory = Arc::new(load);
    let entry = Entry::new("SplitJson", "your own images in a split file of CoOp's format", DOC, factory);
    registries.datasets.register(entry.keys(SplitJsonConfig::keys_below(SECTION)))
}

fn load(ctx: &DatasetContext<'_>) -> Result<Splits> {
    let config: SplitJsonConfig = ctx.scope.config().section(SECTION)?;
    if config.file.is_empty() {
        return Err(Error::invalid(format!("SplitJson needs a split file: set {FILE}=FILE.json")));
    }
    let root = place::root_if_set(ctx, "SplitJson")?;
    let file = place::named(root.as_deref(), FILE, &config.file)?;
    let images = root.unwrap_or_else(|| place::folder_of(&file));
    find(&file, &images)?.into_splits(ctx)
}

/// The images of a split file, which lie below `images`.
///
/// # Errors
/// As [`SplitFile::read`] and [`SplitFile::items`].
pub(super) fn find(file: &Path, images: &Path) -> Result<Found> {
    let split = SplitFile::read(file)?;
    let parts = split.items(images)?;
    Ok(Found { source: file.to_owned(), parts, classes: split.raw_names(), numbers: false })
}
