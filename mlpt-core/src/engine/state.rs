//! `state.safetensors`: all that a killed run needs to go on as if nothing had happened.

use super::{LearnerInfo, Trainer, TrainerState, exact};
use crate::checkpoint::{Archive, load_parameters, parameter_tensors};
use crate::{Error, Result};
use candle_core::Device;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const KIND: &str = "run state";
const PARAMETER: &str = "parameter.";
const TRAINER: &str = "trainer.";

/// Scores by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scores(#[serde(with = "exact")] pub BTreeMap<String, f64>);

/// The numbers of a state. They travel in the tensors' own file, so that one rename replaces both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StateMeta {
    /// Number of epochs that are finished.
    pub epoch: usize,
    /// Seconds spent so far.
    pub elapsed_s: f64,
    /// Encoder passes of the run so far; what a resumed process has to encode again is not in it.
    pub passes: serde_json::Value,
    /// Whether the features of the pool are in those passes.
    #[serde(default)]
    pub pool_encoded: bool,
    /// Whether the features of the validation split are in those passes.
    #[serde(default)]
    pub val_encoded: bool,
    /// Which of the fixed views are in those passes; see [`ViewBank::encoded`](crate::data::ViewBank::encoded).
    #[serde(default)]
    pub views_encoded: String,
    /// Length of `log.txt` in bytes.
    pub log_bytes: u64,
    /// Length of `metrics.jsonl` in bytes.
    pub metrics_bytes: u64,
    /// Digest of the model.
    pub model_digest: String,
    /// Digest of the noise manifest.
    pub noise_digest: String,
    /// Most right predictions on the validation split so far, with their epoch. A count, because a
    /// share that went through JSON may come back a digit off.
    pub best: Option<(usize, usize)>,
    /// The last epoch's detection scores by learner and name.
    #[serde(default)]
    pub found: BTreeMap<String, Scores>,
    /// The trainer's counters.
    #[serde(with = "exact")]
    pub numbers: BTreeMap<String, f64>,
}

/// Parameters and optimiser state of every learner.
pub type RunState = Archive<StateMeta>;

impl RunState {
    /// The trainer as it is now; `meta.numbers` is filled in.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn of(trainer: &dyn Trainer, mut meta: StateMeta) -> Result<Self> {
        let mut tensors = BTreeMap::new();
        for learner in trainer.learners() {
            for (name, tensor) in parameter_tensors(&learner.parameters)? {
                tensors.insert(format!("{PARAMETER}{}.{name}", learner.name), tensor);
            }
        }
        let TrainerState { tensors: own, numbers } = trainer.state();
        tensors.extend(own.into_iter().map(|(name, tensor)| (format!("{TRAINER}{name}"), tensor)));
        meta.numbers = numbers;
        Ok(Self { meta, tensors })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        self.save(path, KIND)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is missing or damaged.
    pub fn read(path: &Path, device: &Device) -> Result<Self> {
        Self::load(path, KIND, device).map_err(|e| match e {
            Error::Model { path, message } => {
                Error::Model { path, message: format!("{message}; --overwrite starts anew") }
            }
            other => other,
        })
    }

    /// Puts the state back into a freshly built trainer.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape; `path` is for the message.
    pub fn restore(&self, trainer: &mut dyn Trainer, path: &Path) -> Result<()> {
        let part = |prefix: &str| -> BTreeMap<_, _> {
            let own = |(name, tensor): (&String, &candle_core::Tensor)| {
                name.strip_prefix(prefix).map(|n| (n.to_owned(), tensor.clone()))
            };
            self.tensors.iter().filter_map(own).collect()
        };
        let learners: Vec<LearnerInfo> = trainer.learners();
        for learner in &learners {
            let tensors = part(&format!("{PARAMETER}{}.", learner.name));
            if tensors.is_empty() && !learner.parameters.is_empty() {
                return Err(Error::model(path, format!("holds nothing of {}", learner.name)));
            }
            load_parameters(path, &learner.parameters, &tensors)?;
        }
        trainer.load_state(&TrainerState { tensors: part(TRAINER), numbers: self.meta.numbers.clone() })
    }
}
