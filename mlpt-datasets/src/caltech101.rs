//! Caltech-101 (Li, Andreeto, Ranzato, Perona) in CoOp's split: 100 classes.

use crate::root::{data_root, template};
use crate::split_file::SplitFile;
use mlpt_core::data::Splits;
use mlpt_core::registries::{DatasetContext, DatasetFactory};
use mlpt_core::registry::Entry;
use mlpt_core::{Error, Registries, Result};
use std::sync::Arc;

const FOLDER: &str = "caltech-101";
const IMAGES: &str = "101_ObjectCategories";
const SPLIT: &str = "split_zhou_Caltech101.json";

const DOC: &str = "Objects of 100 classes (Li, Andreeto, Ranzato, Perona), 4128 training, 1649 validation and 2465 test \
images in CoOp's split. Expects below DATASET.ROOT: caltech-101/101_ObjectCategories/<class>/*.jpg and CoOp's \
caltech-101/split_zhou_Caltech101.json.";

/// Registers `Caltech101`.
///
/// # Errors
/// When the name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    let factory: DatasetFactory = Arc::new(load);
    registries.datasets.register(Entry::new("Caltech101", "objects, 100 classes (CoOp's split)", DOC, factory))
}

fn load(ctx: &DatasetContext<'_>) -> Result<Splits> {
    let root = data_root(&ctx.root, "Caltech101")?;
    let folder = root.join(FOLDER);
    let images = folder.join(IMAGES);
    if !images.is_dir() {
        let one_too_deep = root.join(IMAGES).is_dir();
        let hint =
            if one_too_deep { "; DATASET.ROOT (--root) must be the folder above that of caltech-101" } else { "" };
        return Err(Error::data(
            images,
            format!("the folder of Caltech101's images is not there; unpack {IMAGES} to this place{hint}"),
        ));
    }
    let path = folder.join(SPLIT);
    if !path.is_file() {
        return Err(Error::data(
            path,
            "CoOp's split file is not there; put it at this place (splits are not made from the folders)",
        ));
    }
    let split = SplitFile::read(&path)?;
    let [train, val, test] = split.items(&images)?;
    Ok(Splits { train, val, test, class_names: split.class_names(), template: template(ctx, "a photo of a {}.")? })
}
