//! An estimate as it is shown.

use super::bytes::Bytes;
use super::pass::Flop;
use super::seconds::{Seconds, Spent};
use crate::clip::Passes;
use serde::Serialize;

/// Version of the estimate's JSON. It rises when a field changes its meaning.
pub const ESTIMATE_VERSION: u32 = 1;

/// How many images there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Images {
    /// For training.
    pub train: usize,
    /// In the pool.
    pub pool: usize,
    /// For choosing a model.
    pub val: usize,
    /// For the final figure.
    pub test: usize,
}

/// Epochs that are alike.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PhaseReport {
    /// What they are called.
    pub name: String,
    /// How many there are.
    pub epochs: usize,
    /// Steps of an epoch, all learners together.
    pub steps: usize,
    /// Texts that go through the tower in a step, in the mean.
    pub text_rows_per_step: f64,
    /// Their tokens, shared prefixes counted once.
    pub text_tokens_per_step: f64,
    /// Images that go through the tower in a step, in the mean.
    pub image_rows_per_step: f64,
    /// Operations of a step in thousand millions, in the mean.
    pub gflop_per_step: Flop,
    /// Of an epoch.
    pub seconds_per_epoch: Seconds,
    /// Why the numbers may come out otherwise; empty where they cannot.
    pub assumes: String,
}

/// Time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SecondsReport {
    /// The whole run.
    pub total: Seconds,
    /// The training alone.
    pub training: Seconds,
    /// Evaluations: validation in the epochs, and the test.
    pub evaluation: Seconds,
    /// Where it goes.
    pub spent: Spent,
    /// What takes most of it.
    pub dominant: String,
    /// Its share in percent.
    pub dominant_percent: f64,
}

/// What a run will cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Version of this document.
    pub version: u32,
    /// Registry name of the data set.
    pub dataset: String,
    /// Registry name of the trainer.
    pub trainer: String,
    /// Name of the model.
    pub backbone: String,
    /// `cpu`, `cuda:0`.
    pub device: String,
    /// `C`.
    pub classes: usize,
    /// Images by split.
    pub images: Images,
    /// Epochs of training.
    pub epochs: usize,
    /// Steps of the whole training, all learners together.
    pub steps: usize,
    /// The epochs.
    pub phases: Vec<PhaseReport>,
    /// Encoder passes before the first epoch.
    pub passes_before: Passes,
    /// The same after the last epoch: what the last line of `metrics.jsonl` will say.
    pub passes_trained: Passes,
    /// The same after the test: what `result.json` will say.
    pub passes: Passes,
    /// Memory.
    pub bytes: Bytes,
    /// All of it at the same time.
    pub peak_bytes: u64,
    /// Time; absent where something of the training is missing.
    pub seconds: Option<SecondsReport>,
    /// What is not known, in words.
    pub missing: Vec<String>,
}
