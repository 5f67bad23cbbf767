//! From files to items.

use super::ParquetConfig;
use super::class_names;
use super::files;
use super::label_column::{self, Labels};
use super::shard::Shard;
use super::store::Store;
use crate::own::assign::{Assign, Part};
use crate::own::found::Found;
use crate::own::labels::{self, Labelled};
use mlpt_core::data::{ImageRef, ImageStore, Item};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// Shard, row.
type Rows = Vec<(usize, usize)>;

/// The pictures of the Parquet file at `path`, or of all below that folder.
///
/// # Errors
/// When a file is broken or of another form, labels do not fit, or a class has too few pictures.
pub(in crate::own) fn find(path: &Path, config: &ParquetConfig) -> Result<Found> {
    let files = files::list(path)?;
    let opened: Vec<Result<(Shard, Labels)>> = files
        .into_par_iter()
        .map(|file| {
            let shard = Shard::open(file, config)?;
            let labels = label_column::read(&shard)?;
            Ok((shard, labels))
        })
        .collect();
    // The first fault in the order of names is told, whichever thread came across one first.
    let (shards, labels): (Vec<Shard>, Vec<Labels>) =
        opened.into_iter().collect::<Result<Vec<_>>>()?.into_iter().unzip();
    if shards.iter().all(|shard| shard.rows() == 0) {
        return Err(Error::data(path, "there are no rows in it"));
    }
    let (rows, labelled) = labelled(path, &shards, labels)?;
    let store = Arc::new(Store::new(shards));
    let pictures: Arc<dyn ImageStore> = store.clone();
    let item = |((number, row), label): (&(usize, usize), usize)| {
        let shard = &store.shards()[*number];
        let image = ImageRef::Stored { store: pictures.clone(), key: shard.key(*row).into() };
        (Item { image, label, domain: 0 }, shard.file.part)
    };
    let items = rows.iter().zip(labelled.labels).map(item).collect();
    let tree = RngTree::new(config.seed as u64).child("parquet");
    let parts = Assign { source: path, classes: &labelled.classes, tree, val_tests: true }.parts(items)?;
    Ok(Found { source: path.to_owned(), parts, classes: labelled.classes, numbers: labelled.numbers })
}

/// The rows that count, with their labels.
fn labelled(path: &Path, shards: &[Shard], labels: Vec<Labels>) -> Result<(Rows, Labelled)> {
    let rows = |number: usize, count: usize| (0..count).map(move |row| (number, row));
    let texts = |labels: &Labels| matches!(labels, Labels::Texts(_));
    if labels.iter().any(texts) {
        let mut all = Vec::new();
        let mut places = Rows::new();
        for (number, labels) in labels.into_iter().enumerate() {
            match labels {
                Labels::Texts(texts) => {
                    places.extend(rows(number, texts.len()));
                    all.extend(texts);
                }
                Labels::Numbers(numbers) if numbers.is_empty() => {}
                Labels::Numbers(_) => {
                    let message = "its labels are numbers, those of other files are text";
                    return Err(Error::data(&shards[number].file.path, message));
                }
            }
        }
        let raw: Vec<&str> = all.iter().map(String::as_str).collect();
        let labelled = labels::texts(&raw).map_err(|(row, message)| match row.map(|row| places[row]) {
            Some((number, row)) => Error::data(&shards[number].file.path, format!("row {row}: {message}")),
            None => Error::data(path, message),
        })?;
        return Ok((places, labelled));
    }
    let names = class_names::common(shards)?;
    let hidden = without_labels(shards, &labels);
    let (mut places, mut all) = (Rows::new(), Vec::new());
    for (number, labels) in labels.into_iter().enumerate() {
        let Labels::Numbers(numbers) = labels else { continue };
        if hidden && shards[number].file.part == Some(Part::Test) {
            continue;
        }
        for (row, label) in numbers.into_iter().enumerate() {
            let most = names.as_ref().map(|names| names.len() as u64);
            let label =
                u64::try_from(label).ok().filter(|label| most.is_none_or(|most| *label < most)).ok_or_else(|| {
                    let message = match most {
                        Some(most) => format!("row {row}: the label is {label}, but the file names {most} classes"),
                        None => format!("row {row}: the label is {label}; labels count from 0 up"),
                    };
                    Error::data(&shards[number].file.path, message)
                })?;
            places.push((number, row));
            all.push(label);
        }
    }
    let labelled = match names {
        Some(names) => named(path, &all, names),
        None => labels::numbers(&all).map_err(|message| Error::data(path, message))?,
    };
    Ok((places, labelled))
}

/// Whether the test labels were kept back: some of the hub's data sets say -1 for all of them.
fn without_labels(shards: &[Shard], labels: &[Labels]) -> bool {
    let test = |shard: &Shard| shard.file.part == Some(Part::Test) && shard.rows() > 0;
    let mut tests = shards.iter().zip(labels).filter(|(shard, _)| test(shard)).peekable();
    let kept_back = |labels: &Labels| matches!(labels, Labels::Numbers(all) if all.iter().all(|l| *l == -1));
    let hidden = tests.peek().is_some() && tests.all(|(_, labels)| kept_back(labels));
    if hidden {
        tracing::warn!("the test images have no labels (all are -1), so they are left out");
    }
    hidden
}

/// Labels by the names that have pictures; the others are left out with a warning.
fn named(path: &Path, all: &[u64], names: Vec<String>) -> Labelled {
    let mut used = vec![false; names.len()];
    let positions: Vec<usize> = all.iter().map(|label| usize::try_from(*label).unwrap_or(0)).collect();
    positions.iter().for_each(|label| used[*label] = true);
    let mut ranks = vec![0; names.len()];
    let mut classes = Vec::new();
    let mut empty = Vec::new();
    for (label, name) in names.into_iter().enumerate() {
        ranks[label] = classes.len();
        if used[label] { classes.push(name) } else { empty.push(name) }
    }
    if let Some(first) = empty.first() {
        tracing::warn!(
            "{}: {} of {} classes have no pictures and are left out, such as '{first}'",
            path.display(),
            empty.len(),
            classes.len() + empty.len()
        );
    }
    Labelled { labels: positions.into_iter().map(|label| ranks[label]).collect(), classes, numbers: false }
}
