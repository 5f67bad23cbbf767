//! An audit: a trained run's own doubts, and what the finished model and the model without training say.

use super::scores::{Yardstick, measure};
use super::table;
use crate::config::Config;
use crate::data::{Item, Manifest};
use crate::engine::{Checkpoints, Predictor, RunDir, RunOptions, pictures};
use crate::files::{read_text, write_atomic};
use crate::report::{CleanRow, CleanTable};
use crate::{Error, Registries, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Version of an audit's JSON. It rises when a field changes its meaning.
pub const AUDIT_VERSION: u32 = 1;

/// What an audit came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// Version of this document.
    pub version: u32,
    /// Registry name of the trainer.
    pub trainer: String,
    /// Name of the model.
    pub backbone: String,
    /// The learners whose clean probabilities count; empty with a trainer that has none.
    pub learners: Vec<String>,
    /// The classes by label.
    pub classes: Vec<String>,
    /// How many labels no learner trusts.
    pub distrusted: usize,
    /// How well the order finds what is known to be wrong, beside chance and zero-shot agreement; absent where nothing
    /// is known to be wrong.
    pub known: Option<Yardstick>,
    /// The file with every label.
    pub written_to: PathBuf,
    /// Every label, the most suspect first.
    pub suspects: Vec<Suspect>,
}

/// One image and its label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suspect {
    /// The image's key.
    pub image: String,
    /// The given class.
    pub given: usize,
    /// The class that the trained model prefers.
    pub suggested: usize,
    /// The true class, where some labels are known to be wrong.
    #[serde(rename = "true")]
    pub truth: Option<usize>,
    /// Mean of the learners' clean probabilities in the last epoch, 0 to 1; the trained model's probability of the given
    /// class with a trainer that has none. The order goes by it, then by `p_given`.
    pub clean: f64,
    /// The clean probability of each learner.
    pub by_learner: Vec<f64>,
    /// The trained model's probability of the given class.
    pub p_given: f64,
    /// The trained model's probability of the suggested class.
    pub p_suggested: f64,
    /// The class that the model without training prefers.
    pub zero_shot: usize,
    /// That model's probability of the given class: zero-shot agreement, the baseline.
    pub p_zero_shot_given: f64,
}

/// Ranks the pool of the finished run in `dir` and writes `audit.csv` there. `config` are the run's settings.
///
/// # Errors
/// When there is no finished run, its data or model is not there, or the file cannot be written.
pub fn audit(config: &Config, registries: &Registries, dir: &Path, options: RunOptions) -> Result<Audit> {
    let run = RunDir::new(dir);
    if !run.result().exists() {
        return Err(Error::data(dir, "holds no finished run to audit (there is no result.json)"));
    }
    let pool = pool(&run)?;
    let doubts = doubts(&run, pool.rows.len())?;
    let items = items(&pool, config, registries, dir)?;
    let checkpoints = Checkpoints { model_dir: Some(dir.to_owned()), epoch: None };
    let model = Predictor::load(config, registries, &checkpoints, options)?;
    let classes = model.class_names().to_vec();
    if let Some(row) = pool.rows.iter().find(|row| row.given_label >= classes.len()) {
        return Err(Error::data(dir, format!("{} has label {}, which has no name", row.image, row.given_label)));
    }
    let [trained, zero_shot] = model.with_zero_shot(&items)?;
    let mut suspects: Vec<Suspect> = Vec::with_capacity(items.len());
    // Labels that nobody made wrong count as right elsewhere; here they are what is asked about.
    let known = pool.wrong_count() > 0;
    for (row, (trained, zero_shot)) in pool.rows.iter().zip(trained.iter().zip(&zero_shot)) {
        let by_learner: Vec<f64> =
            doubts.rows.get(row.index).map(|r| r.clean.iter().flatten().copied().collect()).unwrap_or_default();
        let p_given = trained[row.given_label];
        let mean = by_learner.iter().sum::<f64>() / by_learner.len().max(1) as f64;
        let suggested = best(trained);
        suspects.push(Suspect {
            image: row.image.clone(),
            given: row.given_label,
            suggested,
            truth: row.true_label.filter(|_| known),
            clean: if by_learner.is_empty() { p_given } else { mean },
            by_learner,
            p_given,
            p_suggested: trained[suggested],
            zero_shot: best(zero_shot),
            p_zero_shot_given: zero_shot[row.given_label],
        });
    }
    // Stable: of equals the first in the pool.
    suspects.sort_by(|a, b| a.clean.total_cmp(&b.clean).then(a.p_given.total_cmp(&b.p_given)));
    let bytes = table::csv(&suspects, &doubts.learners, &classes).map_err(|why| Error::data(run.audit(), why))?;
    write_atomic(&run.audit(), &bytes)?;
    Ok(Audit {
        version: AUDIT_VERSION,
        trainer: model.trainer().to_owned(),
        backbone: model.clip().name().to_owned(),
        distrusted: doubts.rows.iter().filter(|row| distrusted(row)).count(),
        learners: doubts.learners,
        classes,
        known: measure(&suspects)?,
        written_to: run.audit(),
        suspects,
    })
}

/// The labels that the run's selector saw.
fn pool(run: &RunDir) -> Result<Manifest> {
    let path = if run.pool().exists() { run.pool() } else { run.noise() };
    Manifest::from_csv(&read_text(&path)?).map_err(|e| Error::data(&path, e.to_string()))
}

/// What the learners held of the labels in the last epoch; nothing with a trainer that does not look for wrong ones.
fn doubts(run: &RunDir, count: usize) -> Result<CleanTable> {
    let path = run.clean();
    let table = if path.exists() { CleanTable::read(&path)? } else { CleanTable::default() };
    match table.rows.len() {
        0 => Ok(CleanTable::default()),
        rows if rows == count => Ok(table),
        rows => Err(Error::data(&path, format!("has {rows} rows for a pool of {count} items; train the run again"))),
    }
}

/// Whether no learner trusts the label. One that does not say whom it trusts distrusts what is at most half likely clean.
fn distrusted(row: &CleanRow) -> bool {
    !row.clean.iter().zip(&row.trusted).any(|(clean, trusted)| trusted.unwrap_or(clean.is_some_and(|p| p > 0.5)))
}

/// The pool's pictures, out of the data set.
fn items(pool: &Manifest, config: &Config, registries: &Registries, dir: &Path) -> Result<Vec<Item>> {
    let pictures = pictures(config, registries)?;
    let item = |row: &crate::data::ManifestRow| match pictures.get(&row.image) {
        Some(image) => Ok(Item { image: image.clone(), label: row.given_label, domain: 0 }),
        None => Err(Error::data(dir, format!("was trained with {}, which the data set no longer has", row.image))),
    };
    pool.rows.iter().map(item).collect()
}

/// The first of the greatest.
fn best(row: &[f64]) -> usize {
    (0..row.len()).reduce(|best, i| if row[i] > row[best] { i } else { best }).unwrap_or(0)
}
