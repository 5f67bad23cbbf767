//! One table: the runs with one data set and choice of classes, model, number of shots and split.

use super::cell::cell;
use super::group::{Column, Footnotes, Row, RowKey, TableKey, columns};
use super::{Comparison, Options, Run, Source, label, notes, same, zero_shot};
use crate::data::Subsample;
use crate::data::noise::NoiseScope;
use crate::{Error, Result};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Methods by levels of noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Registry name of the data set.
    pub dataset: String,
    /// Name of the model.
    pub backbone: String,
    /// SHA-256 of the model; empty where it is not recorded.
    pub model_digest: String,
    /// SHA-256 of the data; empty where it is not recorded.
    pub data_digest: String,
    /// Training images a class; -1 means all.
    pub shots: i64,
    /// What was evaluated: `test` or `val`.
    pub split: String,
    /// The classes that the runs were trained and evaluated on.
    pub subsample: Subsample,
    /// The program that made the runs: those of two programs have tables of their own.
    pub source: Source,
    /// Number of classes; 0 where it is not known.
    pub classes: usize,
    /// Number of images that were evaluated, where any were.
    pub images: Option<usize>,
    /// Registry names of the noise models of all columns.
    pub noises: Vec<String>,
    /// Whether in every run without a rate exactly `num_fp` images of each class are wrong.
    pub wrong_per_class: bool,
    /// Whether rows with the same seed in the same column had the same noise manifest; absent where no
    /// two rows have a seed in common.
    pub same_manifests: Option<bool>,
    /// Levels of noise.
    pub columns: Vec<Column>,
    /// Methods: without training first, then by label.
    pub rows: Vec<Row>,
    /// The difference of two rows, where it was asked for.
    pub comparison: Option<Comparison>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// What is mixed, by number from 1.
    pub footnotes: Vec<String>,
}

impl Table {
    /// The table of `runs`, of which there is one at least.
    ///
    /// # Errors
    /// When runs do not belong together and the options do not allow it.
    pub(super) fn of(key: TableKey, runs: &[&Run], options: &Options) -> Result<Self> {
        let mut footnotes = Footnotes::default();
        let title = match key.subsample {
            Subsample::All => key.dataset.clone(),
            some => format!("{}, {some} classes", key.dataset),
        };
        let columns = columns(runs, &title, options, &mut footnotes)?;
        // Runs that are the model as it is go into the zero-shot row, where there is one.
        let in_rows = |run: &&&Run| !(options.metric.is_score() && zero_shot::is_zero_shot(run));
        let own: BTreeSet<RowKey> = runs.iter().filter(in_rows).map(|run| RowKey::of(run)).collect();
        let keys: Vec<RowKey> = own.into_iter().collect();
        let labels: BTreeMap<RowKey, String> = keys.iter().cloned().zip(label::labels(&keys)).collect();
        let mut rows = Vec::new();
        for (row, label) in &labels {
            let mut cells = Vec::new();
            for (column, runs) in &columns {
                let own: Vec<&Run> = runs.iter().copied().filter(|run| RowKey::of(run) == *row).collect();
                let place = format!("{label}, {}", column.label);
                let made = (!own.is_empty()).then(|| cell(own, options.metric, &place, options, &mut footnotes));
                cells.push(made.transpose()?);
            }
            let RowKey { trainer, loss, mechanisms, setup, by } = row.clone();
            let label = label.clone();
            rows.push(Row { label, trainer, mechanisms, loss, setup, by, zero_shot: false, cells });
        }
        rows.sort_by_key(|row| row.label.to_lowercase());
        let mut notes = one_ground(runs, &title, options)?;
        notes.extend(zero_shot::disagreement(runs));
        notes.extend(notes::levels(&columns, &labels));
        notes.extend(notes::dassl(runs));
        if let Some(row) = zero_shot::row(&columns, options.metric) {
            rows.insert(0, row);
        }
        let columns: Vec<Column> = columns.into_iter().map(|(column, _)| column).collect();
        let (same_manifests, others) = notes::manifests(&columns, &rows);
        notes.extend(others);
        notes.extend(notes::missing(&columns, &rows, options.metric.name()));
        let noises: BTreeSet<String> = columns.iter().flat_map(|c| c.noises.iter().cloned()).collect();
        let first = runs.first().map(|run| &run.result);
        Ok(Self {
            data_digest: first.map(|r| r.data_digest.clone()).unwrap_or_default(),
            classes: runs.iter().map(|run| run.result.classes).max().unwrap_or(0),
            images: runs.iter().find_map(|run| Some(run.result.scores.as_ref()?.total).filter(|total| *total > 0)),
            noises: noises.into_iter().collect(),
            wrong_per_class: runs.iter().all(|run| {
                let (noise, classes) = (&run.result.noise, run.result.classes);
                let counted = noise.rate.is_none() && noise.scope == NoiseScope::Class;
                !counted || noise.wrong == noise.num_fp * classes
            }),
            same_manifests,
            columns,
            rows,
            comparison: None,
            notes,
            footnotes: footnotes.0,
            dataset: key.dataset,
            backbone: key.backbone,
            model_digest: key.model_digest,
            shots: key.shots,
            split: key.split,
            subsample: key.subsample,
            source: key.source,
        })
    }
}

/// Rows of one table are compared by eye, so they must be of the same data, too.
pub(super) fn one_ground(runs: &[&Run], title: &str, options: &Options) -> Result<Vec<String>> {
    let Some((first, others)) = runs.split_first() else { return Ok(Vec::new()) };
    let Some((run, difference)) = others.iter().find_map(|run| Some((run, same::ground(first, run)?))) else {
        return Ok(Vec::new());
    };
    let text = difference.text(&first.dir, &run.dir);
    if options.allow_mixed {
        return Ok(vec![format!("rows are not on the same data: {text}")]);
    }
    Err(Error::invalid(format!(
        "{} and {} do not belong in one table ({title}): {text}; give the directories to two commands, or put them \
         together with --allow-mixed",
        first.dir.display(),
        run.dir.display()
    )))
}
