//! CLIP as it is: one hand-written prompt a class (Radford et al., ICML 2021).

use crate::mechanisms::cosine_logits;
use crate::published;
use candle_core::{DType, Tensor};
use mlpt_core::clip::FrozenClip;
use mlpt_core::engine::{BuildContext, EpochContext, EpochReport, LearnerInfo, Trainer, TrainerState};
use mlpt_core::prompt::ImageInput;
use mlpt_core::registries::TrainerFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Registries, Result};
use std::sync::Arc;

/// Unit-length class features `[C, E]` of the data set's prompt template. Nothing to train.
pub struct Zeroshot {
    class_features: Tensor,
}

impl Zeroshot {
    /// Encodes the prompts, once.
    ///
    /// # Errors
    /// When the template has no `{}` or a prompt does not fit the text tower.
    pub fn build(ctx: &BuildContext<'_>) -> Result<Self> {
        if !ctx.template.contains("{}") {
            return Err(Error::invalid(format!("the prompt template '{}' has no {{}} for the name", ctx.template)));
        }
        let prompt = |name: &String| ctx.template.replace("{}", &name.replace('_', " "));
        let prompts: Vec<String> = ctx.class_names.iter().map(prompt).collect();
        let features = ctx.clip.encode_prompts(&prompts)?.to_dtype(DType::F32)?;
        Ok(Self { class_features: normalize(&features)? })
    }
}

impl Trainer for Zeroshot {
    fn run_epoch(&mut self, _ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        Err(Error::invalid("ZeroshotCLIP has nothing to train; use `mlpt eval` or another trainer"))
    }

    fn logits(&self, clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor> {
        cosine_logits(clip, Some(&self.class_features), images)
    }

    fn trains(&self) -> bool {
        false
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

/// Registers the trainer.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    let factory: TrainerFactory = Arc::new(|ctx| Ok(Box::new(Zeroshot::build(ctx)?)));
    let entry = Entry::new(
        "ZeroshotCLIP",
        "CLIP with the data set's prompt, no training",
        "Every class name is put into the data set's template and encoded once; an image gets the \
         class of the nearest text. Radford et al., ICML 2021.",
        factory,
    )
    .aliases(&["zeroshot", "zsclip"]);
    registries.trainers.register(published::images(entry))
}
