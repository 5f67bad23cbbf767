//! Evaluation of a trained model, at the end of a run or on its own.

use super::job::Job;
use super::names::Names;
use super::passes::Count;
use super::predictions::Predictions;
use super::result::Scores;
use super::run::{draw_seed, listeners};
use super::scoring::ImageSet;
use super::train::load_learners;
use super::{RunOptions, facts};
use crate::checkpoint::{LearnerMeta, find_best, find_checkpoint, list_epochs};
use crate::config::Config;
use crate::data::{Subsample, fewshot};
use crate::event::{Events, duration};
use crate::files::write_atomic;
use crate::metric::Evaluation;
use crate::{Error, Registries, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Version of an evaluation's file. It rises when a field changes its meaning.
pub const EVAL_VERSION: u32 = 1;

/// Which checkpoints are evaluated.
#[derive(Clone, Debug, Default)]
pub struct Checkpoints {
    /// The run directory that holds them; `None` evaluates a trainer as it is built.
    pub model_dir: Option<PathBuf>,
    /// The epoch; `None` means the best on validation with `TEST.FINAL_MODEL best_val`, else the last.
    pub epoch: Option<usize>,
}

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvalResult {
    /// Version of this document.
    pub version: u32,
    /// Registry name of the data set.
    pub dataset: String,
    /// Registry name of the trainer.
    pub trainer: String,
    /// Registry names of the learners' mechanisms, in order.
    pub mechanisms: Vec<String>,
    /// Name of the model.
    pub backbone: String,
    /// SHA-256 of the model's weights; empty in files of earlier versions, as the next one.
    #[serde(default)]
    pub model_digest: String,
    /// [`Splits::digest`](crate::data::Splits::digest) of the data that was evaluated on.
    #[serde(default)]
    pub data_digest: String,
    /// The seed of the settings.
    pub seed: u64,
    /// Where the checkpoints lie.
    pub model_dir: Option<PathBuf>,
    /// Epochs that the learners were trained for.
    pub epoch: Option<usize>,
    /// What was evaluated: `test` or `val`.
    pub split: String,
    /// Of which classes: `DATASET.SUBSAMPLE_CLASSES`.
    #[serde(default)]
    pub classes: Subsample,
    /// Scores of the trained model.
    #[serde(flatten)]
    pub scores: Scores,
    /// Scores of the model without training, on the same images.
    pub zero_shot: Scores,
    /// Seconds.
    pub elapsed_s: f64,
    /// Encoder passes.
    pub passes: serde_json::Value,
    /// The file that holds this document, where one was written.
    pub written_to: Option<PathBuf>,
}

/// Evaluates checkpoints on `TEST.SPLIT`. Writes `eval-<data set>[-<base or new>]-<split>[-<epoch>].json`
/// to OUTPUT_DIR, or else beside the checkpoints.
///
/// # Errors
/// When a checkpoint is missing (the message lists those that there are) or does not fit.
pub fn evaluate(
    config: &Config,
    registries: &Registries,
    checkpoints: &Checkpoints,
    options: RunOptions,
) -> Result<EvalResult> {
    let started = Instant::now();
    let mut events = listeners(config, &options.log, options.sinks)?;
    let names = Names::of(config, registries)?;
    let mut config = config.clone();
    let seed = draw_seed(&mut config, &mut events)?;
    let mut job = Job::build(config, names, seed, registries, &mut events)?;
    facts::tell_model(&job, &mut events);
    let loaded = match &checkpoints.model_dir {
        Some(dir) => load(&mut job, dir, checkpoints.epoch, &mut events)?,
        None if job.trainer.trains() => {
            return Err(Error::invalid(format!(
                "{} has to be trained: give the run directory of a trained one (--model-dir)",
                job.names.trainer
            )));
        }
        None => None,
    };
    let shots: i64 = job.config.get("DATASET.NUM_SHOTS")?;
    let val = fewshot(&job.splits.val, shots.min(4), &job.rng.child("fewshot").child("val"));
    let (split, images) = job.test_set(&val)?;
    events.note(format!("Evaluate on the *{split}* set of {} ({} images)", job.names.dataset, images.len()));
    let (trained, zero_shot, _) = scores(&mut job, &images, &mut events)?;
    let mut result = EvalResult {
        version: EVAL_VERSION,
        dataset: job.names.dataset.clone(),
        trainer: job.names.trainer.clone(),
        mechanisms: job.trainer.learners().into_iter().map(|l| l.mechanism).collect(),
        backbone: job.clip.name().to_owned(),
        model_digest: job.clip.digest().to_owned(),
        data_digest: job.splits.digest(),
        seed,
        model_dir: checkpoints.model_dir.clone(),
        epoch: loaded.map(|m| m.epoch),
        split,
        classes: Subsample::read(&job.config)?,
        scores: (&trained).into(),
        zero_shot: (&zero_shot).into(),
        elapsed_s: started.elapsed().as_secs_f64(),
        passes: Count::default().total(job.clip.passes()),
        written_to: None,
    };
    events.note(format!("Elapsed: {}", duration(result.elapsed_s)));
    write_result(&job, &mut result, &mut events)?;
    Ok(result)
}

/// Whether a file of this name, in a run directory, is an evaluation of the run.
pub(crate) fn is_evaluation(name: &str) -> bool {
    name.starts_with("eval-") && name.ends_with(".json")
}

fn write_result(job: &Job, result: &mut EvalResult, events: &mut Events) -> Result<()> {
    let output: String = job.config.get("OUTPUT_DIR")?;
    let folder = if output.is_empty() { result.model_dir.clone() } else { Some(output.into()) };
    let Some(folder) = folder else { return Ok(()) };
    let epoch = result.epoch.map(|e| format!("-{e}")).unwrap_or_default();
    let path =
        folder.join(format!("eval-{}{}-{}{epoch}.json", result.dataset, result.classes.suffix("-"), result.split));
    // Two data sets of one's own may have one name.
    let before = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<EvalResult>(&text).ok());
    if before.is_some_and(|b| !b.data_digest.is_empty() && b.data_digest != result.data_digest) {
        events.warn(format!("{} held an evaluation on other data of this name; it is replaced", path.display()));
    }
    result.written_to = Some(path.clone());
    let json = serde_json::to_string_pretty(result).map_err(|e| Error::invalid(format!("the result: {e}")))?;
    write_atomic(&path, (json + "\n").as_bytes())
}

/// Puts checkpoints into the trainer.
///
/// # Errors
/// When one is missing or does not fit.
pub(super) fn load(
    job: &mut Job,
    dir: &Path,
    epoch: Option<usize>,
    events: &mut Events,
) -> Result<Option<LearnerMeta>> {
    let learners = job.trainer.learners();
    let Some(first) = learners.first() else { return Ok(None) };
    let best = job.config.get::<String>("TEST.FINAL_MODEL")? == "best_val" && find_best(dir, &first.name).exists();
    let last = list_epochs(dir, &first.name).last().copied();
    let metas = match (epoch, best, last) {
        (Some(epoch), _, _) => load_learners(job, |learner| find_checkpoint(dir, learner, epoch))?,
        (None, true, _) => load_learners(job, |learner| find_best(dir, learner))?,
        (None, false, Some(epoch)) => load_learners(job, |learner| find_checkpoint(dir, learner, epoch))?,
        (None, false, None) => {
            let message = format!("holds no checkpoint of {} ({}/model.safetensors-N)", job.names.trainer, first.name);
            return Err(Error::model(dir, message));
        }
    };
    for (meta, learner) in metas.iter().zip(&learners) {
        events.note(format!("Load {} of {}, epoch {}", learner.name, dir.display(), meta.epoch));
    }
    let Some(meta) = metas.into_iter().next() else { return Ok(None) };
    if !meta.class_names.is_empty() && meta.class_names != job.splits.class_names {
        events.note(format!(
            "These checkpoints were trained on {} other classes; the context is used with the {} classes of {}",
            meta.class_names.len(),
            job.splits.class_names.len(),
            job.names.dataset
        ));
    }
    Ok(Some(meta))
}

/// Scores of the trainer and of the model without training, told in Dassl's lines, and the trainer's predictions.
pub(super) fn scores(
    job: &mut Job,
    images: &ImageSet,
    events: &mut Events,
) -> Result<(Evaluation, Evaluation, Predictions)> {
    let zero_shot = images.score_zero_shot(&job.clip, &job.class_features)?;
    events.note(format!("Zero-shot accuracy: {:.2}%", zero_shot.accuracy));
    let (trained, found) = images.predict(&mut *job.trainer, &job.clip, job.splits.class_names.len())?;
    events.note(trained.report_lines().join("\n"));
    if job.config.get("TEST.PER_CLASS_RESULT")? {
        events.note(trained.per_class_lines(&job.splits.class_names).join("\n"));
    }
    Ok((trained, zero_shot, found))
}

/// The confusion matrix: a row for each true class, a column for each predicted one.
pub(super) fn write_confusion(path: &Path, evaluation: &Evaluation, class_names: &[String]) -> Result<()> {
    let fault = |e: &dyn std::fmt::Display| Error::data(path, format!("cannot be made: {e}"));
    let mut table = csv::Writer::from_writer(Vec::new());
    let header = std::iter::once("true \\ predicted").chain(class_names.iter().map(String::as_str));
    table.write_record(header).map_err(|e| fault(&e))?;
    for (name, row) in class_names.iter().zip(&evaluation.confusion) {
        let cells = std::iter::once(name.clone()).chain(row.iter().map(usize::to_string));
        table.write_record(cells).map_err(|e| fault(&e))?;
    }
    let bytes = table.into_inner().map_err(|e| fault(&e))?;
    write_atomic(path, &bytes)
}
