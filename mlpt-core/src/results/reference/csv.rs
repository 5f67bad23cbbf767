//! The CSV form: one line a pair, then what stands on one side only.

use super::{Group, ReferenceReport, ReferenceRow};
use crate::Result;
use crate::results::csv::{document, join};

/// The columns.
const HEADER: [&str; 26] = [
    "verdict",
    "metric",
    "difference",
    "tolerance",
    "source",
    "dataset",
    "backbone",
    "label",
    "trainer",
    "loss",
    "setup",
    "shots",
    "num_fp",
    "level",
    "noise",
    "n",
    "mean",
    "deviation",
    "seeds",
    "reference_line",
    "reference_dataset",
    "reference_trainer",
    "reference_setup",
    "reference_n",
    "reference_mean",
    "reference_deviation",
];

impl ReferenceReport {
    /// A header and one line for each of our figures beside a published one; then, with `verdict`
    /// `missing`, ours without one and the published ones without ours. What is not there is empty.
    ///
    /// # Errors
    /// When the text cannot be made: a fault of the program.
    pub fn to_csv(&self) -> Result<String> {
        let pairs = self.lines.iter().map(|line| {
            let theirs = theirs(&line.theirs, Some((line.mean, line.deviation)));
            self.line(line.verdict.name(), Some(line.difference), ours(&line.ours), theirs)
        });
        let there = self.missing_there.iter().map(|group| self.line("missing", None, ours(group), Default::default()));
        let metric = crate::results::Metric::named(&self.metric)?;
        let here = self.missing_here.iter();
        let here = here.map(|row| self.line("missing", None, Default::default(), theirs(row, row.figure(metric))));
        document(&HEADER, pairs.chain(there).chain(here))
    }

    fn line(&self, verdict: &str, difference: Option<f64>, ours: [String; 15], theirs: [String; 7]) -> Vec<String> {
        let head = [verdict.to_owned(), self.metric.clone(), text(difference), self.tolerance.to_string()];
        head.into_iter().chain(ours).chain(theirs).collect()
    }
}

fn ours(group: &Group) -> [String; 15] {
    [
        group.source.name().to_owned(),
        group.dataset.clone(),
        group.backbone.clone(),
        group.label.clone(),
        group.trainer.clone(),
        group.loss.clone(),
        group.setup.text(),
        group.shots.to_string(),
        group.num_fp.map(|k| k.to_string()).unwrap_or_default(),
        group.level.clone(),
        group.noises.join(" "),
        group.summary.n.to_string(),
        group.summary.mean.to_string(),
        text(group.summary.deviation),
        join(&group.seeds),
    ]
}

fn theirs(row: &ReferenceRow, figure: Option<(f64, Option<f64>)>) -> [String; 7] {
    [
        row.line.to_string(),
        row.dataset.clone(),
        row.trainer.clone(),
        row.setup(),
        if row.seeds.is_empty() { String::new() } else { row.seeds.len().to_string() },
        text(figure.map(|(mean, _)| mean)),
        text(figure.and_then(|(_, deviation)| deviation)),
    ]
}

fn text(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
