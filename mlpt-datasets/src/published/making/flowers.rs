//! OxfordFlowers: labels in a MATLAB file, names in a JSON object.

use super::drawn::in_three_each;
use crate::published::base::Place;
use crate::split_file::{Entry, SplitFile};
use matfile::{MatFile, NumericData};
use mlpt_core::files::read_text;
use mlpt_core::{Error, Result};
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::Path;

/// `imagelabels.mat` gives the class (from 1) of each `image_00001.jpg`, `cat_to_name.json` the names.
pub(in crate::published) fn flowers(place: &Place<'_>) -> Result<SplitFile> {
    let path = place.folder.join("imagelabels.mat");
    let labels = labels(&path)?;
    let names_path = place.folder.join("cat_to_name.json");
    let names: BTreeMap<String, String> = serde_json::from_str(&read_text(&names_path)?)
        .map_err(|e| Error::data(&names_path, format!("is no object of class numbers and names: {e}")))?;
    let entries = labels
        .into_iter()
        .enumerate()
        .map(|(index, class)| {
            let name = names.get(&class.to_string()).ok_or_else(|| {
                Error::data(&names_path, format!("has no name for class {class}, which {} uses", path.display()))
            })?;
            Ok(Entry(format!("image_{:05}.jpg", index + 1), class - 1, name.clone()))
        })
        .collect::<Result<Vec<_>>>()?;
    in_three_each(entries, &place.rng, &path)
}

/// The variable `labels`, numbers from 1.
fn labels(path: &Path) -> Result<Vec<usize>> {
    let fault = |what: String| Error::data(path, what);
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    // The crate was written for whole files; a cut one may make it panic.
    let parsed = catch_unwind(|| MatFile::parse(bytes.as_slice()));
    let file = match parsed {
        Ok(Ok(file)) => file,
        Ok(Err(e)) => return Err(fault(format!("is no MATLAB file of version 5: {e}"))),
        Err(_) => return Err(fault("is no whole MATLAB file of version 5".to_owned())),
    };
    let array = file.find_by_name("labels").ok_or_else(|| fault("has no variable 'labels'".to_owned()))?;
    let numbers: Vec<f64> = match array.data() {
        NumericData::Double { real, .. } => real.clone(),
        NumericData::Single { real, .. } => real.iter().map(|&x| f64::from(x)).collect(),
        NumericData::UInt8 { real, .. } => real.iter().map(|&x| f64::from(x)).collect(),
        NumericData::Int8 { real, .. } => real.iter().map(|&x| f64::from(x)).collect(),
        NumericData::UInt16 { real, .. } => real.iter().map(|&x| f64::from(x)).collect(),
        NumericData::Int16 { real, .. } => real.iter().map(|&x| f64::from(x)).collect(),
        NumericData::UInt32 { real, .. } => real.iter().map(|&x| f64::from(x)).collect(),
        NumericData::Int32 { real, .. } => real.iter().map(|&x| f64::from(x)).collect(),
        NumericData::UInt64 { real, .. } => real.iter().map(|&x| x as f64).collect(),
        NumericData::Int64 { real, .. } => real.iter().map(|&x| x as f64).collect(),
    };
    numbers
        .into_iter()
        .enumerate()
        .map(|(i, x)| match x {
            x if x >= 1.0 && x.fract() == 0.0 && x < 1e6 => Ok(x as usize),
            _ => Err(fault(format!("labels({}) is {x}: classes are whole numbers from 1", i + 1))),
        })
        .collect()
}
