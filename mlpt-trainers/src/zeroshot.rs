//! CLIP as it is: one hand-written prompt a class (Radford et al., ICML 2021).

use crate::mechanisms::cosine_logits;
use crate::published;
use candle_core::{DType, Tensor};
use mlpt_core::clip::FrozenClip;
use mlpt_core::engine::{BuildContext, EpochContext, EpochReport, LearnerInfo, Trainer, TrainerState};
use mlpt_core::estimate::{Cost, Plan, PlanRequest, TextCost};
use mlpt_core::prompt::ImageInput;
use mlpt_core::registries::TrainerFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Registries, Result};
use std::sync::Arc;

/// The seven templates that Radford et al. chose from their eighty for ImageNet.
pub const SELECTED: [&str; 7] = [
    "itap of a {}.",
    "a bad photo of the {}.",
    "a origami {}.",
    "a photo of the large {}.",
    "a {} in a video game.",
    "art of the {}.",
    "a photo of the small {}.",
];

/// Unit-length class features `[C, E]` of one or more prompt templates. Nothing to train.
pub struct Zeroshot {
    name: &'static str,
    class_features: Tensor,
}

impl Zeroshot {
    /// Encodes the data set's own prompts, once.
    ///
    /// # Errors
    /// When the template has no `{}` or a prompt does not fit the text tower.
    pub fn build(ctx: &BuildContext<'_>) -> Result<Self> {
        Self::of(SINGLE, ctx, &[ctx.template])
    }

    /// Encodes the [`SELECTED`] templates and, but for ImageNet, the data set's own; a class's feature
    /// is the direction of the mean of its prompts' unit-length features.
    ///
    /// # Errors
    /// As [`Zeroshot::build`].
    pub fn build_ensemble(ctx: &BuildContext<'_>) -> Result<Self> {
        let mut templates = SELECTED.to_vec();
        if !ctx.config.get::<String>("DATASET.NAME")?.eq_ignore_ascii_case("ImageNet") {
            templates.push(ctx.template);
        }
        Self::of(ENSEMBLE, ctx, &templates)
    }

    fn of(name: &'static str, ctx: &BuildContext<'_>, templates: &[&str]) -> Result<Self> {
        let mut sum: Option<Tensor> = None;
        for template in templates {
            if !template.contains("{}") {
                return Err(Error::invalid(format!("the prompt template '{template}' has no {{}} for the name")));
            }
            let prompt = |name: &String| template.replace("{}", &name.replace('_', " "));
            let prompts: Vec<String> = ctx.class_names.iter().map(prompt).collect();
            let features = normalize(&ctx.clip.encode_prompts(&prompts)?.to_dtype(DType::F32)?)?;
            sum = Some(match sum {
                Some(sum) => (sum + features)?,
                None => features,
            });
        }
        let sum = sum.ok_or_else(|| Error::invalid("there is no prompt template"))?;
        Ok(Self { name, class_features: normalize(&sum)? })
    }

    /// Unit-length class features `[C, E]`.
    pub fn class_features(&self) -> &Tensor {
        &self.class_features
    }
}

impl Trainer for Zeroshot {
    fn run_epoch(&mut self, _ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        Err(Error::invalid(format!("{} has nothing to train; use `mlpt eval` or another trainer", self.name)))
    }

    fn logits(&self, clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor> {
        cosine_logits(clip, Some(&self.class_features), images)
    }

    fn trains(&self) -> bool {
        false
    }

    fn plan(&self, _: &PlanRequest<'_>) -> Result<Option<Plan>> {
        let cost = Cost { text: TextCost::Fixed, prompts: None };
        Ok(Some(Plan { learners: vec![cost], ..Plan::default() }))
    }

    fn learners(&self) -> Vec<LearnerInfo> {
        Vec::new()
    }

    fn state(&self) -> TrainerState {
        TrainerState::default()
    }

    fn load_state(&mut self, _state: &TrainerState) -> Result<()> {
        Ok(())
    }
}

const SINGLE: &str = "ZeroshotCLIP";
const ENSEMBLE: &str = "ZeroshotCLIP2";

/// Registers the two trainers.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    let single: TrainerFactory = Arc::new(|ctx| Ok(Box::new(Zeroshot::build(ctx)?)));
    let entry = Entry::new(
        SINGLE,
        "CLIP with the data set's prompt, no training",
        "Every class name is put into the data set's template and encoded once; an image gets the \
         class of the nearest text. Radford et al., ICML 2021.",
        single,
    )
    .aliases(&["zeroshot", "zsclip"]);
    registries.trainers.register(published::images(entry))?;
    let ensemble: TrainerFactory = Arc::new(|ctx| Ok(Box::new(Zeroshot::build_ensemble(ctx)?)));
    let entry = Entry::new(
        ENSEMBLE,
        "CLIP with an ensemble of prompts, no training",
        "Every class name is put into seven templates that were chosen for ImageNet and, but for ImageNet, into the \
         data set's own; the mean of the unit-length features stands for the class. Radford et al., ICML 2021.",
        ensemble,
    )
    .aliases(&["zeroshot2", "zsclip2"]);
    registries.trainers.register(published::images(entry))
}
