//! StanfordCars: its labels are MATLAB structures, which no kept crate reads.

use crate::published::base::Place;
use crate::split_file::SplitFile;
use mlpt_core::{Error, Result};

/// Asks for the split file.
pub(in crate::published) fn cars(place: &Place<'_>) -> Result<SplitFile> {
    Err(Error::data(
        place.folder.join("split_zhou_StanfordCars.json"),
        "CoOp's split file is not there, and the labels of StanfordCars (devkit/*.mat) are MATLAB structures, which \
         this program does not read: get the split file from CoOp's page of data sets (DATASETS.md) and put it here",
    ))
}
