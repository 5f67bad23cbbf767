//! What a published data set is, and how it is loaded.

use super::places;
use crate::root::{data_root, template};
use crate::split_file::SplitFile;
use mlpt_core::data::Splits;
use mlpt_core::registries::DatasetContext;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::path::{Path, PathBuf};

/// Makes a split where no split file lies.
pub(super) type Making = fn(&Place<'_>) -> Result<SplitFile>;

/// Where one data set lies.
pub(super) struct Place<'a> {
    /// The data set's folder.
    pub(super) folder: &'a Path,
    /// The folder that the split's paths begin in.
    pub(super) images: &'a Path,
    /// For the draws; the same for every run, whatever its seed.
    pub(super) rng: RngTree,
}

/// A data set with a published layout.
#[derive(Debug)]
pub struct Published {
    /// Registry name: CoOp's class name.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// One line.
    pub summary: &'static str,
    /// Layout and sizes, in words.
    pub doc: &'static str,
    /// Its folder below `DATASET.ROOT`.
    pub folder: &'static str,
    /// Where the split's paths begin, below that folder; empty for the folder itself.
    pub images: &'static str,
    /// CoOp's split file in that folder; some sets have none.
    pub split_file: Option<&'static str>,
    /// Files and folders, below `folder`, that the split is made from where there is no split file.
    pub sources: &'static [&'static str],
    /// Prompt template.
    pub template: &'static str,
    /// Number of classes.
    pub classes: usize,
    /// Published numbers of training, validation and test images.
    pub sizes: [usize; 3],
    /// Where people get it.
    pub home: &'static str,
    pub(super) making: Making,
}

/// Where a split comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SplitSource {
    /// CoOp's split file, here.
    File(PathBuf),
    /// Lists that the data set itself brings, or its folders where those are the splits.
    Own,
    /// Drawn here, since the published split file is not there.
    Drawn,
}

impl Published {
    /// The split with its image folder, and where it came from. No image is looked for yet.
    ///
    /// # Errors
    /// When the layout is not there, or a list is broken; the message names what was found instead.
    pub(super) fn split(&self, root: &Path) -> Result<(SplitFile, PathBuf, SplitSource)> {
        let folder = root.join(self.folder);
        let images = if self.images.is_empty() { folder.clone() } else { folder.join(self.images) };
        if !images.is_dir() {
            let hint = places::hint(root, &folder, self.images);
            let what =
                format!("the folder of {}'s images is not there{hint}; get the data from {}", self.name, self.home);
            return Err(Error::data(images, what));
        }
        let file = self.split_file.map(|name| folder.join(name));
        if let Some(path) = file.as_ref().filter(|path| path.is_file()) {
            return Ok((SplitFile::read(path)?, images, SplitSource::File(path.clone())));
        }
        let rng = RngTree::new(1).child(self.name);
        let split = (self.making)(&Place { folder: &folder, images: &images, rng })?;
        if split.train.is_empty() && split.test.is_empty() {
            return Err(Error::data(
                images,
                format!("there are no images of any class in it; get the data from {}", self.home),
            ));
        }
        split.check().map_err(|message| Error::data(&folder, message))?;
        let source = if file.is_some() { SplitSource::Drawn } else { SplitSource::Own };
        Ok((split, images, source))
    }

    /// The data set of a run.
    ///
    /// # Errors
    /// As [`Published::split`], and when images are missing.
    pub(super) fn load(&self, ctx: &DatasetContext<'_>) -> Result<Splits> {
        let root = data_root(&ctx.root, self.name)?;
        let (split, images, source) = self.split(&root)?;
        if let (SplitSource::Drawn, Some(file)) = (&source, self.split_file) {
            tracing::warn!(
                "{} has no {file}: the split is drawn here, the same in every run, but it is not the published one",
                root.join(self.folder).display()
            );
        }
        let [train, val, test] = split.items(&images)?;
        let class_names = split.class_names();
        Ok(Splits { train, val, test, class_names, template: template(ctx, self.template)? })
    }

    /// Whether the set has neither training nor validation images.
    pub fn is_test_only(&self) -> bool {
        self.sizes[0] == 0
    }
}
