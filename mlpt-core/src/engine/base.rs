//! The seam between the engine and a training method.

use crate::clip::FrozenClip;
use crate::config::Config;
use crate::data::TrainData;
use crate::estimate::{Plan, PlanRequest};
use crate::event::Events;
use crate::mixture::GaussianMixture;
use crate::prompt::{ImageInput, NamedVar, Shapes};
use crate::rng::RngTree;
use crate::{Registries, Result};
use candle_core::Tensor;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set from outside (Ctrl-C) to ask a run to finish its step and stop.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Asks the run to stop; true where that had been asked before.
    pub fn stop(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether the run was asked to stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What a trainer is made from.
pub struct BuildContext<'a> {
    /// The run's settings.
    pub config: &'a Config,
    /// Everything that can be chosen by name.
    pub registries: &'a Registries,
    /// The model.
    pub clip: &'a FrozenClip,
    /// `C` class names, by label.
    pub class_names: &'a [String],
    /// The data set's zero-shot template, with `{}` for the name.
    pub template: &'a str,
    /// For initial values.
    pub rng: RngTree,
}

/// What a trainer is handed for one epoch.
pub struct EpochContext<'a> {
    /// The model.
    pub clip: &'a FrozenClip,
    /// Training items and pool, with their given labels.
    pub data: &'a TrainData,
    /// Zero-based number of this epoch.
    pub epoch: usize,
    /// `OPTIM.MAX_EPOCH`.
    pub max_epoch: usize,
    /// This epoch's own node of the generator tree.
    pub rng: RngTree,
    /// Where steps and scores are told.
    pub events: &'a mut Events,
    /// Look at it after every step.
    pub stop: &'a StopFlag,
}

/// What a trainer says of one epoch.
#[derive(Clone, Debug, Default)]
pub struct EpochReport {
    /// Mean of each loss by name, such as `loss`, `loss_x`.
    pub losses: Vec<(String, f64)>,
    /// Per learner: how surely the label is right, from 0 to 1, by pool index. Empty where it has none.
    pub clean: Vec<(String, Vec<f64>)>,
    /// Per learner: whose label it trusts, by pool index. Of a learner that is not in here, those with a `clean`
    /// greater than `WARMUP.THRESHOLD` (0.5 where there is no such key).
    pub trusted: Vec<(String, Vec<bool>)>,
    /// What learners made of the pool, for whoever looks at the run; nothing is scored by it.
    pub pool: Vec<PoolReport>,
}

/// What one learner made of the pool in an epoch; lists are by pool index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoolReport {
    /// The learner's name.
    pub learner: String,
    /// The losses that its selector saw.
    pub losses: Vec<f64>,
    /// The class that it prefers itself.
    pub suggested: Vec<usize>,
    /// The mixture over these losses scaled to 0..1, where one was fitted; the clean component first.
    pub mixture: Option<GaussianMixture>,
}

/// The state of a trainer beside its parameters: optimiser moments and the like.
#[derive(Clone, Debug, Default)]
pub struct TrainerState {
    /// Tensors by name, such as `prompt_learner1.ctx.momentum`.
    pub tensors: BTreeMap<String, Tensor>,
    /// Counters by name.
    pub numbers: BTreeMap<String, f64>,
}

/// A training method. The engine owns the loop, evaluation, checkpoints, resume and events.
pub trait Trainer: Send {
    /// Runs one epoch.
    ///
    /// # Errors
    /// [`Error::NonFinite`](crate::Error::NonFinite) where a loss or gradient is; or a failed operation.
    fn run_epoch(&mut self, ctx: &mut EpochContext<'_>) -> Result<EpochReport>;

    /// Called once before logits are asked for many batches (text features can be made here).
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn begin_eval(&mut self, _clip: &FrozenClip) -> Result<()> {
        Ok(())
    }

    /// Logits `[B, C]` for evaluation, without a graph; `begin_eval` has been called.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn logits(&self, clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor>;

    /// Whether `logits` can start from the frozen tower's image features.
    fn shares_image_features(&self) -> bool {
        true
    }

    /// What a run of this trainer will ask of the towers, for `mlpt estimate`; `None` where it does not say.
    ///
    /// # Errors
    /// When a sampler's conditions are not met.
    fn plan(&self, _request: &PlanRequest<'_>) -> Result<Option<Plan>> {
        Ok(None)
    }

    /// Whether there is anything to train.
    fn trains(&self) -> bool {
        true
    }

    /// The learners: name of the checkpoint folder (`prompt_learner`), mechanism, parameters in
    /// a fixed order.
    fn learners(&self) -> Vec<LearnerInfo>;

    /// Told the shapes of `learner`'s checkpoint before its tensors are loaded for an evaluation; see
    /// [`PromptLearner::reshape`](crate::prompt::PromptLearner::reshape).
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn reshape(&mut self, _learner: &str, _shapes: &Shapes) -> Result<()> {
        Ok(())
    }

    /// All that an exact resume needs beside the parameters.
    fn state(&self) -> TrainerState;

    /// Puts back what [`Trainer::state`] gave.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    fn load_state(&mut self, state: &TrainerState) -> Result<()>;
}

/// One learner of a trainer.
#[derive(Clone, Debug)]
pub struct LearnerInfo {
    /// Folder of its checkpoints: `prompt_learner`, `prompt_learner1`.
    pub name: String,
    /// Its mechanism's registry name.
    pub mechanism: String,
    /// Its trainable tensors.
    pub parameters: Vec<NamedVar>,
}
