//! What lies at a path that somebody names, and how it is to be read.

use super::class_file::ClassFile;
use super::found::{Found, TEMPLATE};
use super::place::folder_of;
use super::shards::{ParquetConfig, is_parquet};
use super::split_file::SplitFile;
use super::{folder, shards, split_json, table};
use crate::listing::{class_folders, entries};
use mlpt_core::files::read_text;
use mlpt_core::{Error, Result};
use std::path::{Path, PathBuf};

/// A data set of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// `DATASET.NAME`: which data set reads it.
    pub dataset: &'static str,
    /// The settings that it needs, as (key, value).
    pub settings: Vec<(String, String)>,
    /// The classes by label.
    pub classes: Vec<DescribedClass>,
    /// Whether the labels are bare numbers: then a run needs a class file with names.
    pub needs_names: bool,
    /// The zero-shot template where nobody gives another.
    pub template: String,
}

/// A class of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedClass {
    /// The label as the data have it: a folder's name, a cell, a number.
    pub raw: String,
    /// What prompts call it without a class file.
    pub name: String,
    /// How many images there are for training, validation and testing; drawn with the default seed
    /// where the data do not divide them.
    pub counts: [usize; 3],
}

/// Says what the file or folder at `path` is.
///
/// # Errors
/// When it is nothing that can be read, with what was looked for; when it could be several things; when
/// it is one thing with a fault, with that fault.
pub fn describe(path: &Path) -> Result<Described> {
    let whole = std::path::absolute(path).map_err(|e| Error::io(path, e))?;
    if whole.is_dir() { describe_folder(&whole) } else { describe_file(&whole) }
}

fn describe_file(path: &Path) -> Result<Described> {
    if !path.exists() {
        return Err(Error::data(path, "there is no such file or folder"));
    }
    match kind(path) {
        Some(Kind::Table) => described_table(path),
        Some(Kind::Json) => described_json(path),
        Some(Kind::Parquet) => described_parquet(path),
        None => Err(Error::data(
            path,
            "a file of one's own data is a table (.csv, .tsv, .txt), a split file (.json) or a Parquet file (.parquet); \
             give one of these, or the folder of the images",
        )),
    }
}

/// Lists come before folders: who wrote a list meant it to be read.
fn describe_folder(path: &Path) -> Result<Described> {
    let names = entries(path)?;
    let files = names.iter().filter(|(_, is_dir)| !is_dir).map(|(name, _)| path.join(name));
    let (mut lists, mut others): (Vec<(PathBuf, Kind)>, Vec<String>) = (Vec::new(), Vec::new());
    for file in files {
        let fits = match kind(&file) {
            Some(Kind::Table) => read_text(&file)
                .map_err(|e| e.to_string())
                .and_then(|t| table::check_header(&t).map_err(|message| format!("{}: {message}", file.display()))),
            Some(Kind::Json) => is_split_file(&file),
            _ => continue,
        };
        match (fits, kind(&file)) {
            (Ok(()), Some(kind)) => lists.push((file, kind)),
            (Err(message), Some(Kind::Table)) => others.push(message),
            _ => {}
        }
    }
    match lists.as_slice() {
        [(file, Kind::Table)] => return described_table(file),
        [(file, _)] => return described_json(file),
        [] => {}
        several => {
            let list: Vec<String> = several.iter().map(|(file, _)| file.display().to_string()).collect();
            return Err(Error::data(
                path,
                format!("several files in it list images; name one of them: {}", list.join(", ")),
            ));
        }
    }
    if holds_parquet(path, 8) {
        return described_parquet(path);
    }
    if class_folders(path)?.is_empty() {
        let near: String = others.iter().map(|message| format!("\n  {message}")).collect();
        return Err(Error::data(
            path,
            format!(
                "no images of one's own were found in it; looked for a folder of images for each class (or train and \
                 test with such folders), a table with the columns path and label (.csv, .tsv, .txt), a split file in \
                 CoOp's format (.json), and Parquet files (.parquet){near}"
            ),
        ));
    }
    let found = folder::find(path, folder::FolderConfig::default().seed as u64)?;
    described("Folder", vec![("DATASET.ROOT", path)], &found)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table,
    Json,
    Parquet,
}

fn kind(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "csv" | "tsv" | "txt" => Some(Kind::Table),
        "json" => Some(Kind::Json),
        "parquet" => Some(Kind::Parquet),
        _ => None,
    }
}

fn is_split_file(path: &Path) -> Result<(), String> {
    let text = read_text(path).map_err(|e| e.to_string())?;
    serde_json::from_str::<SplitFile>(&text).map(|_| ()).map_err(|e| e.to_string())
}

fn holds_parquet(dir: &Path, depth: usize) -> bool {
    let Ok(names) = entries(dir) else { return false };
    names.iter().any(|(name, is_dir)| {
        let path = dir.join(name);
        if *is_dir { depth > 0 && holds_parquet(&path, depth - 1) } else { is_parquet(&path) }
    })
}

fn described_table(path: &Path) -> Result<Described> {
    let found = table::find(path, &folder_of(path), table::CsvConfig::default().seed as u64)?;
    described("Csv", vec![(table::FILE, path)], &found)
}

/// The images of a split file lie beside it or, as in CoOp's data sets, in a folder beside it.
fn described_json(path: &Path) -> Result<Described> {
    let beside = folder_of(path);
    let fault = match split_json::find(path, &beside) {
        Ok(found) => return described("SplitJson", vec![(split_json::FILE, path)], &found),
        Err(fault) => fault,
    };
    for folder in class_folders(&beside)? {
        let root = beside.join(folder);
        if let Ok(found) = split_json::find(path, &root) {
            return described("SplitJson", vec![("DATASET.ROOT", &root), (split_json::FILE, path)], &found);
        }
    }
    Err(fault)
}

fn described_parquet(path: &Path) -> Result<Described> {
    let found = shards::find(path, &ParquetConfig::default())?;
    described("Parquet", vec![(shards::PATH, path)], &found)
}

fn described(dataset: &'static str, settings: Vec<(&str, &Path)>, found: &Found) -> Result<Described> {
    let text = |(key, path): (&str, &Path)| match path.to_str() {
        Some(value) => Ok((key.to_owned(), value.to_owned())),
        None => Err(Error::data(path, "its name is not valid UTF-8; rename it")),
    };
    let mut counts = vec![[0; 3]; found.classes.len()];
    for (part, items) in found.parts.iter().enumerate() {
        items.iter().for_each(|item| counts[item.label][part] += 1);
    }
    let names = ClassFile::default().names_for(&found.classes)?;
    let class =
        |((raw, name), counts): ((&String, String), [usize; 3])| DescribedClass { raw: raw.clone(), name, counts };
    Ok(Described {
        dataset,
        settings: settings.into_iter().map(text).collect::<Result<_>>()?,
        classes: found.classes.iter().zip(names).zip(counts).map(class).collect(),
        needs_names: found.numbers,
        template: TEMPLATE.to_owned(),
    })
}

#[cfg(test)]
#[path = "describe_tests.rs"]
mod tests;
