//! What makes a table, a row and a column.

use super::cell::Cell;
use super::level::{LevelKey, label};
use super::{Options, Run, Setup, Source};
use crate::data::Subsample;
use crate::data::noise::NoiseScope;
use crate::{Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;

/// What all runs of a table share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TableKey {
    pub(super) dataset: String,
    pub(super) backbone: String,
    pub(super) model_digest: String,
    pub(super) shots: i64,
    pub(super) split: String,
    pub(super) subsample: Subsample,
    pub(super) source: Source,
}

impl TableKey {
    pub(super) fn of(run: &Run) -> Self {
        let r = &run.result;
        Self {
            dataset: r.dataset.clone(),
            backbone: r.backbone.clone(),
            model_digest: r.model_digest.clone(),
            // 0 and -1 both mean every image.
            shots: if r.shots < 1 { -1 } else { r.shots },
            split: r.split.clone(),
            subsample: run.subsample,
            source: run.source,
        }
    }
}

/// A method: what all runs of a row share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowKey {
    pub(super) trainer: String,
    /// Empty where nothing is trained.
    pub(super) loss: String,
    pub(super) mechanisms: Vec<String>,
    pub(super) setup: Setup,
    pub(super) by: Vec<(String, String)>,
}

impl RowKey {
    pub(super) fn of(run: &Run) -> Self {
        Self {
            trainer: run.result.trainer.clone(),
            loss: if run.is_trained() { run.loss.to_lowercase() } else { String::new() },
            mechanisms: run.result.mechanisms.clone(),
            setup: run.setup.clone(),
            by: run.by.clone(),
        }
    }
}

/// A level of noise. The noise model's name counts where there is noise and models are kept apart.
pub(super) type ColumnKey = (Option<String>, LevelKey);

/// A method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name in the table: trainer, loss unless it is cross-entropy, and mechanisms or setup where two
    /// rows would have the same name.
    pub label: String,
    /// Registry name of the trainer; empty for a zero-shot row that no run is of.
    pub trainer: String,
    /// Registry names of the learners' mechanisms.
    pub mechanisms: Vec<String>,
    /// `LOSS.NAME`; empty where nothing is trained.
    pub loss: String,
    /// How runs of Dassl were set up; nothing for runs of this program.
    pub setup: Setup,
    /// The settings that keep this row apart, as (key, value), where it was asked for.
    pub by: Vec<(String, String)>,
    /// Whether this is the model without training, as every run measured it.
    pub zero_shot: bool,
    /// A cell a column; `None` where there is no run.
    pub cells: Vec<Option<Cell>>,
}

/// A level of noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its name in the table.
    pub label: String,
    /// Registry names of its noise models: none where nothing was made wrong, and more than one only
    /// where they were mixed on request.
    pub noises: Vec<String>,
    /// `DATASET.NUM_FP`; 0 where a rate counts.
    pub num_fp: usize,
    /// `NOISE.RATE`, where it counts.
    pub rate: Option<f64>,
    /// `NOISE.SCOPE`.
    pub scope: NoiseScope,
    /// Numbers of its footnotes, from 1.
    pub footnotes: Vec<usize>,
}

/// Notes under a table by number.
#[derive(Debug, Default)]
pub(super) struct Footnotes(pub(super) Vec<String>);

impl Footnotes {
    /// The number of a note, from 1; the same text has the same number.
    pub(super) fn number(&mut self, text: String) -> usize {
        if let Some(at) = self.0.iter().position(|t| *t == text) {
            return at + 1;
        }
        self.0.push(text);
        self.0.len()
    }
}

/// The columns of a table's runs, from no noise to much, with the runs of each.
///
/// # Errors
/// When the runs have different noise models, and the options neither keep them apart nor mix them.
pub(super) fn columns<'r>(
    runs: &[&'r Run],
    place: &str,
    options: &Options,
    footnotes: &mut Footnotes,
) -> Result<Vec<(Column, Vec<&'r Run>)>> {
    let mut models: BTreeMap<&str, &Run> = BTreeMap::new();
    for run in runs.iter().filter(|run| !run.is_clean()) {
        models.entry(&run.result.noise.name).or_insert(run);
    }
    let several = models.len() > 1;
    if let (false, false, [(one, a), (other, b), ..]) =
        (options.by_noise, options.allow_mixed, models.iter().collect::<Vec<_>>().as_slice())
    {
        return Err(Error::invalid(format!(
            "{} and {} do not belong in the same columns ({place}): NOISE.NAME is {one} in the first and {other} in \
             the second; give each noise model columns of its own with --by-noise, or put them together with \
             --allow-mixed",
            a.dir.display(),
            b.dir.display()
        )));
    }
    let apart = !several || options.by_noise;
    let mut groups: BTreeMap<ColumnKey, Vec<&Run>> = BTreeMap::new();
    for &run in runs {
        let noise = &run.result.noise;
        let level = LevelKey::of(noise);
        let named = !run.is_clean() && (apart || level.is_none());
        groups.entry((named.then(|| noise.name.clone()), level)).or_default().push(run);
    }
    Ok(groups
        .into_iter()
        .map(|((name, level), runs)| {
            let mut noises: Vec<String> =
                runs.iter().filter(|r| !r.is_clean()).map(|r| r.result.noise.name.clone()).collect();
            noises.sort();
            noises.dedup();
            let label = match &name {
                Some(name) if level.is_none() => name.clone(),
                Some(name) if several => format!("{} ({name})", label(level)),
                _ => label(level),
            };
            let mixed = (noises.len() > 1)
                .then(|| footnotes.number(format!("{label}: noise models are mixed: {}", noises.join(", "))));
            let footnotes = mixed.into_iter().collect();
            let LevelKey { num_fp, scope, .. } = level;
            (Column { label, noises, num_fp, rate: level.rate(), scope, footnotes }, runs)
        })
        .collect())
}
