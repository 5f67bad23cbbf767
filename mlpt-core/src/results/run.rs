//! One finished run: its result and the settings that it was made with.

use super::{Setup, Source};
use crate::data::Subsample;
use crate::engine::{RESULT_VERSION, Recorded, RunDir, RunResult, Scores, Usage};
use crate::files::read_text;
use crate::{Error, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The run directory, as it was found.
    pub dir: PathBuf,
    /// Its `result.json`.
    pub result: RunResult,
    /// `LOSS.NAME` of its settings.
    pub loss: String,
    /// `DATASET.SUBSAMPLE_CLASSES` of its settings: the classes that it was trained on.
    pub subsample: Subsample,
    /// What its processes have cost together.
    pub usage: Usage,
    /// The program that made it.
    pub source: Source,
    /// How it was set up, of a run of Dassl.
    pub setup: Setup,
    /// Settings that keep it in a row apart from others, as (key, value); none by itself.
    pub by: Vec<(String, String)>,
    pub(super) settings: Recorded,
}

impl Run {
    /// Reads the run in `dir`.
    ///
    /// # Errors
    /// With the file, where `result.json` or `config.toml` is missing, broken, of another version, or
    /// the two are not of one run.
    pub fn read(dir: &Path) -> Result<Self> {
        let place = RunDir::new(dir);
        let result = read_result(&place.result())?;
        let path = place.config();
        if !path.is_file() {
            return Err(Error::data(dir, "holds a result.json but no config.toml, which says how it was made"));
        }
        let settings = Recorded::read_whole(&path)?;
        let loss = settings.text("LOSS.NAME").ok_or_else(|| Error::data(&path, "has no LOSS.NAME"))?.to_owned();
        let seed = settings.seed().and_then(|seed| u64::try_from(seed).ok());
        if seed != Some(result.seed) {
            let there = seed.map_or_else(|| "not set".to_owned(), |seed| seed.to_string());
            let message = format!("is of another run than result.json beside it: SEED is {there}, not {}", result.seed);
            return Err(Error::data(&path, message));
        }
        let subsample = match settings.text("DATASET.SUBSAMPLE_CLASSES") {
            None => Subsample::All,
            Some(name) => name.parse().map_err(|e: Error| Error::data(&path, e.to_string()))?,
        };
        let usage = Usage::of_attempts(&place.attempts());
        let (source, setup) = (Source::Mlpt, Setup::default());
        Ok(Self { dir: dir.to_owned(), result, loss, subsample, usage, source, setup, by: Vec::new(), settings })
    }

    /// Gives each value of these settings rows of its own.
    pub(super) fn split_by(&mut self, keys: &[String]) {
        let value = |key: &String| self.settings.shown(key).unwrap_or_else(|| "not set".to_owned());
        self.by = keys.iter().map(|key| (key.clone(), value(key))).collect();
    }

    /// Whether its trainer learnt anything; one without learners and epochs is the same for any
    /// noise, loss and seed. A run of Dassl counts only once its training is over.
    pub fn is_trained(&self) -> bool {
        self.source == Source::Dassl || self.result.epochs > 0 || !self.result.mechanisms.is_empty()
    }

    /// Whether each class has a context of its own, where the settings tell.
    pub fn csc(&self) -> Option<bool> {
        self.setup.csc.or_else(|| self.settings.flag(&format!("TRAINER.{}.CSC", self.result.trainer.to_uppercase())))
    }

    /// Whether no label was made wrong, so that the noise model does not matter.
    pub fn is_clean(&self) -> bool {
        self.result.noise.is_none()
    }
}

fn read_result(path: &Path) -> Result<RunResult> {
    let broken = |what: String| Error::data(path, format!("is no whole result of a run: {what}; run it again"));
    let value: Value = serde_json::from_str(&read_text(path)?).map_err(|e| broken(e.to_string()))?;
    match value.get("version").and_then(Value::as_u64) {
        Some(version) if version != u64::from(RESULT_VERSION) => {
            let message = format!("has version {version}; this program reads version {RESULT_VERSION}");
            return Err(Error::data(path, message));
        }
        _ => {}
    }
    let result: RunResult = serde_json::from_value(value.clone()).map_err(|e| broken(e.to_string()))?;
    // An optional part that does not fit reads as one that is not there.
    let names = ["total", "correct", "accuracy", "error", "macro_f1"];
    if let (None, Some(name)) = (&result.scores, names.iter().find(|name| value.get(**name).is_some())) {
        return Err(broken(format!("it has `{name}`, but not every score, or one is no number")));
    }
    for scores in result.scores.iter().chain(&result.zero_shot) {
        if !agree(scores) {
            let Scores { total, correct, accuracy, .. } = scores;
            return Err(broken(format!("{correct} right of {total} is not an accuracy of {accuracy} %")));
        }
    }
    Ok(result)
}

pub(super) fn agree(s: &Scores) -> bool {
    let accuracy = 100.0 * s.correct as f64 / s.total as f64;
    s.total > 0
        && s.correct <= s.total
        && (s.accuracy - accuracy).abs() < 1e-6
        && (s.error + accuracy - 100.0).abs() < 1e-6
}
