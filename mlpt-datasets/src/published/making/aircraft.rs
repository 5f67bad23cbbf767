//! FGVCAircraft: `variants.txt` and `images_variant_{train,val,test}.txt`, all three published.

use super::lines::{Lines, first_word};
use crate::published::base::Place;
use crate::split_file::{Entry, SplitFile};
use mlpt_core::Result;
use std::collections::HashMap;

/// Lines `<image> <variant with spaces>`; labels follow the lines of `variants.txt`.
pub(in crate::published) fn aircraft(place: &Place<'_>) -> Result<SplitFile> {
    let variants = Lines::read(&place.folder.join("variants.txt"))?;
    let labels: HashMap<&str, usize> = variants.iter().enumerate().map(|(label, (_, line))| (line, label)).collect();
    let list = |split: &str| -> Result<Vec<Entry>> {
        let lines = Lines::read(&place.folder.join(format!("images_variant_{split}.txt")))?;
        lines
            .iter()
            .map(|(number, line)| {
                let (image, variant) =
                    first_word(line).ok_or_else(|| lines.fault(number, "an image and a variant were expected"))?;
                let label = labels
                    .get(variant)
                    .ok_or_else(|| lines.fault(number, format!("variant '{variant}' is not in variants.txt")))?;
                Ok(Entry(format!("{image}.jpg"), *label, variant.to_owned()))
            })
            .collect()
    };
    Ok(SplitFile { train: list("train")?, val: list("val")?, test: list("test")? })
}
