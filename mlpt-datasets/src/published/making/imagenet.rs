//! ImageNet and the four sets that test what was learnt from it; names are in `classnames.txt`.

use super::lines::{Lines, first_word};
use crate::listing::{class_folders, images};
use crate::published::base::Place;
use crate::split_file::{Entry, SplitFile};
use mlpt_core::{Error, Result};
use std::collections::HashMap;
use std::path::Path;

/// Folders `train` and `val` of WordNet numbers. What is published as `val` is the test split; there
/// is no validation split, for choosing a model by the test images would be cheating.
pub(in crate::published) fn imagenet(place: &Place<'_>) -> Result<SplitFile> {
    let names = Names::read(place.folder)?;
    let folders = class_folders(&place.images.join("train"))?;
    let train = walk(place.images, "train/", &folders, &folders, &names)?;
    let test = walk(place.images, "val/", &class_folders(&place.images.join("val"))?, &folders, &names)?;
    Ok(SplitFile { train, val: Vec::new(), test })
}

/// Test images only, in folders of WordNet numbers; labels are their ranks within this set.
pub(in crate::published) fn by_wordnet(place: &Place<'_>) -> Result<SplitFile> {
    let names = Names::read(place.folder)?;
    let folders = class_folders(place.images)?;
    Ok(SplitFile { test: walk(place.images, "", &folders, &folders, &names)?, ..SplitFile::default() })
}

/// Test images only, in folders `0`, `1`, ...: the lines of `classnames.txt`, counted from 0.
pub(in crate::published) fn by_number(place: &Place<'_>) -> Result<SplitFile> {
    let names = Names::read(place.folder)?;
    let mut test = Vec::new();
    for (label, (_, name)) in names.in_order.iter().enumerate() {
        let folder = label.to_string();
        let dir = place.images.join(&folder);
        if !dir.is_dir() {
            return Err(Error::data(dir, format!("the folder of class {label} ('{name}') is not there")));
        }
        test.extend(images(&dir)?.into_iter().map(|file| Entry(format!("{folder}/{file}"), label, name.clone())));
    }
    Ok(SplitFile { test, ..SplitFile::default() })
}

/// The images of `folders` below `prefix`; a folder's label is its rank in `classes`.
fn walk(root: &Path, prefix: &str, folders: &[String], classes: &[String], names: &Names) -> Result<Vec<Entry>> {
    let mut all = Vec::new();
    for folder in folders {
        let dir = root.join(prefix).join(folder);
        let label = classes
            .binary_search(folder)
            .map_err(|_| Error::data(&dir, "there is no folder of this name among the training images"))?;
        let name = names.of(folder, &dir)?;
        all.extend(
            images(&dir)?.into_iter().map(|file| Entry(format!("{prefix}{folder}/{file}"), label, name.clone())),
        );
    }
    Ok(all)
}

/// `classnames.txt`: WordNet number and name.
struct Names {
    in_order: Vec<(String, String)>,
    by_number: HashMap<String, usize>,
}

impl Names {
    fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("classnames.txt");
        if !path.is_file() {
            return Err(Error::data(
                path,
                "the list of class names is not there; it is on CoOp's page of data sets (DATASETS.md), one \
                 `n01440764 tench` a line, and the same for ImageNet and its variants",
            ));
        }
        let lines = Lines::read(&path)?;
        let in_order = lines
            .iter()
            .map(|(number, line)| {
                let (wordnet, name) =
                    first_word(line).ok_or_else(|| lines.fault(number, "a WordNet number and a name were expected"))?;
                Ok((wordnet.to_owned(), name.to_owned()))
            })
            .collect::<Result<Vec<_>>>()?;
        let by_number = in_order.iter().enumerate().map(|(i, (wordnet, _))| (wordnet.clone(), i)).collect();
        Ok(Self { in_order, by_number })
    }

    fn of(&self, wordnet: &str, dir: &Path) -> Result<&String> {
        let place = self.by_number.get(wordnet);
        place
            .map(|&i| &self.in_order[i].1)
            .ok_or_else(|| Error::data(dir, "classnames.txt has no name for this folder"))
    }
}
