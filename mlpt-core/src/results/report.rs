//! All tables of some runs.

use super::compare::compare;
use super::group::TableKey;
use super::{Found, Metric, Run, Skipped, Table};
use crate::Result;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Version of the JSON document. It rises when a field changes its meaning.
pub const REPORT_VERSION: u32 = 1;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The figure.
    pub metric: Metric,
    /// Put into one cell, with a footnote, what does not belong there.
    pub allow_mixed: bool,
    /// Give each noise model columns of its own.
    pub by_noise: bool,
    /// Labels of two rows to compare, the first minus the second.
    pub compare: Option<[String; 2]>,
}

impl Default for Options {
    /// Accuracy; nothing is mixed and nothing compared.
    fn default() -> Self {
        Self { metric: Metric::Accuracy, allow_mixed: false, by_noise: false, compare: None }
    }
}

/// Tables of runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of this document.
    pub version: u32,
    /// Path of the figure in `result.json`.
    pub metric: String,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// One a data set, model, number of shots and split.
    pub tables: Vec<Table>,
    /// Runs that were started and have no result.
    pub unfinished: Vec<PathBuf>,
    /// Runs of Dassl without a result.
    pub skipped: Vec<Skipped>,
}

/// Puts runs into tables. Two runs share a cell when they differ in nothing but the seed, places on
/// the disk, and settings that change no figure.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) with the two runs, the key and both values, where runs do
/// not belong together; and where a row to compare is not there.
pub fn report(found: &Found, options: &Options) -> Result<Report> {
    let mut groups: BTreeMap<TableKey, Vec<&Run>> = BTreeMap::new();
    for run in &found.runs {
        groups.entry(TableKey::of(run)).or_default().push(run);
    }
    let mut tables =
        groups.into_iter().map(|(key, runs)| Table::of(key, &runs, options)).collect::<Result<Vec<Table>>>()?;
    if let Some(names) = &options.compare {
        compare(&mut tables, names)?;
    }
    Ok(Report {
        version: REPORT_VERSION,
        metric: options.metric.name().to_owned(),
        confidence: super::CONFIDENCE,
        tables,
        unfinished: found.unfinished.clone(),
        skipped: found.skipped.clone(),
    })
}
