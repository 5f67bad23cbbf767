//! `result.json`, the one source for tables.

use super::state::Scores as StateScores;
use crate::data::noise::NoiseScope;
use crate::metric::Evaluation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Version of `result.json`. It rises when a field changes its meaning.
pub const RESULT_VERSION: u32 = 1;

/// What a run came to. Shares are in percent at full precision; what was not measured is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// Version of this file.
    pub version: u32,
    /// Registry name of the data set.
    pub dataset: String,
    /// Registry name of the trainer.
    pub trainer: String,
    /// Registry names of the learners' mechanisms, in order.
    pub mechanisms: Vec<String>,
    /// Name of the model.
    pub backbone: String,
    /// SHA-256 of the model's weights.
    #[serde(default)]
    pub model_digest: String,
    /// [`Splits::digest`](crate::data::Splits::digest) of the data that was drawn from.
    #[serde(default)]
    pub data_digest: String,
    /// The seed.
    pub seed: u64,
    /// `DATASET.NUM_SHOTS`.
    pub shots: i64,
    /// What was done to the labels.
    pub noise: NoiseResult,
    /// Number of classes.
    pub classes: usize,
    /// Number of epochs that were trained.
    pub epochs: usize,
    /// What was evaluated: `test` or `val`.
    pub split: String,
    /// Scores of the trained model; absent with `TEST.NO_TEST`.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
    /// Scores of the model without training, on the same images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zero_shot: Option<Scores>,
    /// How well wrong labels were found in the last epoch; absent where the truth is not known,
    /// no label is wrong, or the trainer does not look for wrong labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<DetectionResult>,
    /// Seconds of the clock, all attempts of a resumed run together: the one field in which a resumed
    /// run differs from one that was not stopped.
    pub elapsed_s: f64,
    /// Encoder passes, as if the run had not been stopped; `attempts.jsonl` has each process's own.
    pub passes: serde_json::Value,
    /// The run directory.
    pub output_dir: PathBuf,
}

/// The noise of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoiseResult {
    /// Registry name of the noise model.
    pub name: String,
    /// `DATASET.NUM_FP`; it counts where there is no rate.
    pub num_fp: usize,
    /// `NOISE.RATE`, where it is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// `NOISE.SCOPE`.
    #[serde(default)]
    pub scope: NoiseScope,
    /// Number of training items.
    pub items: usize,
    /// How many of them have a wrong label or image.
    pub wrong: usize,
    /// SHA-256 of the manifest.
    pub digest: String,
}

impl NoiseResult {
    /// Whether nothing was to be made wrong and nothing is.
    pub fn is_none(&self) -> bool {
        self.num_fp == 0 && self.rate.is_none_or(|rate| rate <= 0.0) && self.wrong == 0
    }
}

/// Scores of a classifier, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Number of images.
    pub total: usize,
    /// Number of right predictions.
    pub correct: usize,
    /// Share of right predictions.
    pub accuracy: f64,
    /// `100 - accuracy`.
    pub error: f64,
    /// Mean of the classes' F1.
    pub macro_f1: f64,
}

impl From<&Evaluation> for Scores {
    fn from(e: &Evaluation) -> Self {
        Self { total: e.total, correct: e.correct, accuracy: e.accuracy, error: e.error, macro_f1: e.macro_f1 }
    }
}

/// Scores of finding wrong labels: the learners' mean, and each learner's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectionResult {
    /// Means over the learners that have the score.
    #[serde(flatten)]
    pub mean: DetectionScores,
    /// By learner.
    pub learners: BTreeMap<String, DetectionScores>,
}

impl DetectionResult {
    /// The learners' scores and their mean; `None` where there are none.
    pub(super) fn of(learners: BTreeMap<String, DetectionScores>) -> Option<Self> {
        let mean = |field: fn(&DetectionScores) -> Option<f64>| {
            let values: Vec<f64> = learners.values().filter_map(field).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let mean = DetectionScores {
            precision: mean(|s| s.precision),
            recall: mean(|s| s.recall),
            auroc: mean(|s| s.auroc),
            clean_accuracy: mean(|s| s.clean_accuracy),
        };
        (!learners.is_empty()).then_some(Self { mean, learners })
    }

    /// From the scores of a state.
    pub(super) fn of_state(found: &BTreeMap<String, StateScores>) -> Option<Self> {
        Self::of(found.iter().map(|(name, scores)| (name.clone(), DetectionScores::of_names(&scores.0))).collect())
    }

    /// The same scores for a state.
    pub(super) fn to_state(&self) -> BTreeMap<String, StateScores> {
        let scores = |s: &DetectionScores| s.iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.learners.iter().map(|(name, s)| (name.clone(), StateScores(scores(s)))).collect()
    }
}

/// Scores of finding wrong labels, from 0 to 1; what is not defined is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DetectionScores {
    /// Share of wrong labels among those called wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
    /// Share of the wrong labels that are called wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<f64>,
    /// Probability that a wrong label looks more wrong than a right one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auroc: Option<f64>,
    /// Share of right labels among those called clean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clean_accuracy: Option<f64>,
}

impl DetectionScores {
    /// The scores of these names; others are left out.
    pub(super) fn of_names(scores: &BTreeMap<String, f64>) -> Self {
        let get = |name: &str| scores.get(name).copied();
        Self {
            precision: get("precision"),
            recall: get("recall"),
            auroc: get("auroc"),
            clean_accuracy: get("clean_accuracy"),
        }
    }

    /// Names and values of the scores that are there.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> {
        [
            ("precision", self.precision),
            ("recall", self.recall),
            ("auroc", self.auroc),
            ("clean_accuracy", self.clean_accuracy),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}
