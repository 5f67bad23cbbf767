//! One folder a class: Caltech101, DescribableTextures, EuroSAT, Food101.

use super::drawn::in_three_each;
use crate::listing::{class_folders, images};
use crate::published::base::Place;
use crate::split_file::{Entry, SplitFile};
use mlpt_core::{Error, Result};

/// Folders of Caltech-101 that are no class: its background, and faces that repeat another class.
const NOT_IN_CALTECH: [&str; 2] = ["BACKGROUND_Google", "Faces_easy"];

const CALTECH: [(&str, &str); 4] =
    [("airplanes", "airplane"), ("Faces", "face"), ("Leopards", "leopard"), ("Motorbikes", "motorbike")];

const EUROSAT: [(&str, &str); 10] = [
    ("AnnualCrop", "Annual Crop Land"),
    ("Forest", "Forest"),
    ("HerbaceousVegetation", "Herbaceous Vegetation Land"),
    ("Highway", "Highway or Road"),
    ("Industrial", "Industrial Buildings"),
    ("Pasture", "Pasture Land"),
    ("PermanentCrop", "Permanent Crop Land"),
    ("Residential", "Residential Buildings"),
    ("River", "River"),
    ("SeaLake", "Sea or Lake"),
];

/// Folder names are the class names: textures, dishes.
pub(in crate::published) fn plain(place: &Place<'_>) -> Result<SplitFile> {
    walk(place, &[], &[])
}

pub(in crate::published) fn caltech101(place: &Place<'_>) -> Result<SplitFile> {
    walk(place, &NOT_IN_CALTECH, &CALTECH)
}

pub(in crate::published) fn eurosat(place: &Place<'_>) -> Result<SplitFile> {
    walk(place, &[], &EUROSAT)
}

/// 50, 20 and 30 % of every folder; labels by the sorted folder names, before some get other names.
fn walk(place: &Place<'_>, ignored: &[&str], renamed: &[(&str, &str)]) -> Result<SplitFile> {
    let folders = class_folders(place.images)?.into_iter().filter(|f| !ignored.contains(&f.as_str()));
    let mut entries = Vec::new();
    for (label, folder) in folders.enumerate() {
        let dir = place.images.join(&folder);
        let files = images(&dir)?;
        if files.is_empty() {
            return Err(Error::data(dir, "there are no images in it; remove the folder or add some"));
        }
        let name = renamed.iter().find(|(from, _)| *from == folder).map_or(folder.as_str(), |(_, to)| to);
        entries.extend(files.into_iter().map(|file| Entry(format!("{folder}/{file}"), label, name.to_owned())));
    }
    in_three_each(entries, &place.rng, place.images)
}
