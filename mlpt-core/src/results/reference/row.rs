//! One line of a table of published results.

use crate::results::Metric;
use serde::Serialize;

/// One line of a table of published results: a mean over seeds. What its file has no column for, or
/// leaves empty, is not told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReferenceRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Name of the data set, as it stands there.
    pub dataset: String,
    /// Name of the trainer, as it stands there.
    pub trainer: String,
    /// Name of the trainer's settings file, which names the model: `rn50_ep50`.
    pub cfg: Option<String>,
    /// Whether each class has a context of its own.
    pub csc: Option<bool>,
    /// A word for a variant; empty for none, absent where there is no such column.
    pub factor: Option<String>,
    /// Whether the loss is generalised cross-entropy; else it is cross-entropy.
    pub gce: bool,
    /// Training images a class; -1 means all.
    pub shots: i64,
    /// How many of them are wrong.
    pub num_fp: usize,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// Mean accuracy in percent.
    pub accuracy: f64,
    /// Its standard deviation over the seeds, as the file has it.
    pub deviation: Option<f64>,
    /// Mean macro F1 in percent.
    pub macro_f1: Option<f64>,
}

impl ReferenceRow {
    /// Mean and deviation of `metric`, where the row has it.
    pub fn figure(&self, metric: Metric) -> Option<(f64, Option<f64>)> {
        match metric {
            Metric::Accuracy => Some((self.accuracy, self.deviation)),
            Metric::Error => Some((100.0 - self.accuracy, self.deviation)),
            Metric::MacroF1 => Some((self.macro_f1?, None)),
            _ => None,
        }
    }

    /// What tells it from its neighbours: `rn50_ep50, CSC, BiLoss`.
    pub fn setup(&self) -> String {
        let csc = if self.csc == Some(true) { "CSC" } else { "" };
        let parts = [self.cfg.as_deref().unwrap_or_default(), csc, self.factor.as_deref().unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Whether the two are of the same runs.
    pub(super) fn same_key(&self, other: &Self) -> bool {
        let key = |row: &Self| {
            (
                [&row.dataset, &row.trainer].map(|name| crate::results::source::plain(name)),
                (row.cfg.clone(), row.csc, row.factor.clone()),
                (row.gce, row.shots, row.num_fp),
            )
        };
        key(self) == key(other)
    }
}
