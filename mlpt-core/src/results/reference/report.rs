//! All our figures beside the published ones.

use super::fit::{fits, model_is_told};
use super::{Group, Reference, ReferenceRow};
use crate::results::{Found, Names, Options, Report, Skipped, Source, report};
use crate::{Error, Result};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Version of the JSON document. It rises when a field changes its meaning.
pub const REFERENCE_VERSION: u32 = 1;

/// How far a figure may be from the published one, in points, where nothing else is asked for.
pub const TOLERANCE: f64 = 1.0;

/// Less than any figure is told to.
const CRUMB: f64 = 1e-9;

/// How far our figure is from the published one. The tolerance decides alone, not the spread: with three
/// seeds nearly every difference is within the intervals, and with one there is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No further than the tolerance.
    Within,
    /// Greater by more than the tolerance.
    Above,
    /// Less by more than the tolerance.
    Below,
}

impl Verdict {
    /// Of ours minus theirs.
    pub fn of(difference: f64, tolerance: f64) -> Self {
        if difference.abs() <= tolerance + CRUMB {
            Self::Within
        } else if difference > 0.0 {
            Self::Above
        } else {
            Self::Below
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Above => "above",
            Self::Below => "below",
        }
    }
}

/// One of our figures beside a published one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReferenceLine {
    /// Ours.
    pub ours: Group,
    /// Theirs.
    pub theirs: ReferenceRow,
    /// The published mean.
    pub mean: f64,
    /// Its deviation, as the file has it.
    pub deviation: Option<f64>,
    /// Ours minus theirs, in points.
    pub difference: f64,
    /// What that means.
    pub verdict: Verdict,
}

/// Our figures beside published ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReferenceReport {
    /// Version of this document.
    pub version: u32,
    /// The file of the published figures.
    pub reference: PathBuf,
    /// Path of the figure in `result.json`.
    pub metric: String,
    /// How far a figure may be from the published one, in points.
    pub tolerance: f64,
    /// What stands in both, in the order of our tables and then of the file. A group that fits several rows
    /// has a line for each.
    pub lines: Vec<ReferenceLine>,
    /// Ours that no published figure is of.
    pub missing_there: Vec<Group>,
    /// Published figures that we have no runs of.
    pub missing_here: Vec<ReferenceRow>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// Runs that were started and have no result.
    pub unfinished: Vec<PathBuf>,
    /// Runs of Dassl without a result.
    pub skipped: Vec<Skipped>,
}

impl ReferenceReport {
    /// The number of lines with this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.lines.iter().filter(|line| line.verdict == verdict).count()
    }
}

/// Puts every cell of the tables of `found` beside the rows of `reference` that are of the same thing.
/// `names` tells which data sets and trainers are the same; `tolerance` is in points.
///
/// # Errors
/// When runs do not belong together, the metric is none that published tables have, or the tolerance is
/// no number from 0 on.
pub fn beside(
    found: &Found,
    reference: &Reference,
    names: &Names,
    tolerance: f64,
    options: &Options,
) -> Result<ReferenceReport> {
    if !options.metric.is_score() {
        let metric = options.metric.name();
        return Err(Error::invalid(format!(
            "--reference: no {metric} is compared; it can be accuracy, error or macro_f1"
        )));
    }
    if !(tolerance.is_finite() && tolerance >= 0.0) {
        return Err(Error::invalid(format!("--tolerance is {tolerance}: it is a number of points, 0 or more")));
    }
    let tables = report(found, options)?;
    let (mut lines, mut missing_there, mut used) = (Vec::new(), Vec::new(), BTreeSet::new());
    for group in Group::all(&tables, &found.runs) {
        let mut some = false;
        for theirs in reference.rows.iter().filter(|row| fits(&group, row, names)) {
            let Some((mean, deviation)) = theirs.figure(options.metric) else { continue };
            let difference = group.summary.mean - mean;
            let verdict = Verdict::of(difference, tolerance);
            let (ours, theirs) = (group.clone(), theirs.clone());
            used.insert(theirs.line);
            lines.push(ReferenceLine { ours, theirs, mean, deviation, difference, verdict });
            some = true;
        }
        if !some {
            missing_there.push(group);
        }
    }
    Ok(ReferenceReport {
        version: REFERENCE_VERSION,
        reference: reference.path.clone(),
        metric: options.metric.name().to_owned(),
        tolerance,
        notes: notes(&lines, &tables),
        lines,
        missing_there,
        missing_here: reference.rows.iter().filter(|row| !used.contains(&row.line)).cloned().collect(),
        unfinished: found.unfinished.clone(),
        skipped: found.skipped.clone(),
    })
}

fn notes(lines: &[ReferenceLine], tables: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    let listed = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join("; ");
    let twice = lines.windows(2).filter(|pair| pair[0].ours == pair[1].ours).map(|pair| pair[0].ours.name());
    let twice: BTreeSet<String> = twice.collect();
    if !twice.is_empty() {
        notes.push(format!("more than one published row fits, and each has a line: {}", listed(twice)));
    }
    let untold = lines.iter().filter(|line| !model_is_told(&line.ours, &line.theirs));
    let untold: BTreeSet<String> = untold.map(|line| line.ours.backbone.clone()).collect();
    if !untold.is_empty() {
        notes.push(format!("whether the model is the published one cannot be told by its name: {}", listed(untold)));
    }
    let own = lines.iter().filter(|line| line.ours.source == Source::Mlpt);
    let noises: BTreeSet<String> = own.flat_map(|line| line.ours.noises.iter().cloned()).collect();
    if !noises.is_empty() {
        notes.push(format!("how labels were made wrong is not in the file; here it was by {}", listed(noises)));
    }
    if lines.iter().any(|line| line.ours.source == Source::Dassl) {
        notes.push("figures from logs of Dassl are rounded to one decimal".to_owned());
    }
    for table in &tables.tables {
        notes.extend(table.footnotes.iter().map(|text| format!("{}, {}: {text}", table.dataset, table.backbone)));
    }
    notes
}
