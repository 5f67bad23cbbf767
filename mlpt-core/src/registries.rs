//! All that can be chosen by name, in one value that is handed down.

use crate::Result;
use crate::config::Scope;
use crate::data::{NoiseModel, Sampler, Splits};
use crate::engine::{BuildContext, Trainer};
use crate::prompt::{LearnerContext, PromptLearner};
use crate::registry::Registry;
use crate::rng::RngTree;
use crate::select::Selector;
use std::path::PathBuf;
use std::sync::Arc;

/// What a data set is made from.
pub struct DatasetContext<'a> {
    /// `DATASET.ROOT`; empty where none was given.
    pub root: PathBuf,
    /// For data sets that draw (their own splits, rendered pictures).
    pub rng: RngTree,
    /// The run's settings.
    pub scope: Scope<'a>,
}

/// Makes a data set's splits.
pub type DatasetFactory = Arc<dyn Fn(&DatasetContext<'_>) -> Result<Splits> + Send + Sync>;
/// Makes a sampler.
pub type SamplerFactory = Arc<dyn Fn(&Scope<'_>) -> Result<Box<dyn Sampler>> + Send + Sync>;
/// Makes a noise model from the settings.
pub type NoiseFactory = Arc<dyn Fn(&Scope<'_>) -> Result<Box<dyn NoiseModel>> + Send + Sync>;
/// Makes a selector from the settings.
pub type SelectorFactory = Arc<dyn Fn(&Scope<'_>) -> Result<Box<dyn Selector>> + Send + Sync>;
/// Makes a prompt learner; its keys are read through the context's scope.
pub type MechanismFactory = Arc<dyn Fn(&LearnerContext<'_>) -> Result<Box<dyn PromptLearner>> + Send + Sync>;
/// Makes a trainer.
pub type TrainerFactory = Arc<dyn Fn(&BuildContext<'_>) -> Result<Box<dyn Trainer>> + Send + Sync>;

/// The registries of one program.
pub struct Registries {
    /// `DATASET.NAME`.
    pub datasets: Registry<DatasetFactory>,
    /// `TRAINER.NAME`.
    pub trainers: Registry<TrainerFactory>,
    /// `DATALOADER.*.SAMPLER`.
    pub samplers: Registry<SamplerFactory>,
    /// `NOISE.NAME`.
    pub noises: Registry<NoiseFactory>,
    /// `SELECTOR.NAME`.
    pub selectors: Registry<SelectorFactory>,
    /// `TRAINER.MLPT.LEARNER1.MECHANISM` and its like.
    pub mechanisms: Registry<MechanismFactory>,
}

impl Registries {
    /// Registries that hold only what the framework itself brings: samplers, noise models and selectors.
    ///
    /// # Errors
    /// When a name is taken twice.
    pub fn new() -> Result<Self> {
        let mut all = Self {
            datasets: Registry::new("data set"),
            trainers: Registry::new("trainer"),
            samplers: Registry::new("sampler"),
            noises: Registry::new("noise model"),
            selectors: Registry::new("selector"),
            mechanisms: Registry::new("prompt mechanism"),
        };
        crate::data::register(&mut all)?;
        crate::select::register(&mut all)?;
        Ok(all)
    }
}
