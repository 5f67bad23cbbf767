//! Task residuals (Yu et al., "Task Residual for Tuning Vision-Language Models", CVPR 2023): the
//! zero-shot class features stay, and a residual of the same shape is learnt.

use candle_core::{DType, Tensor, Var};
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::Section;
use mlpt_core::prompt::{ImageInput, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Registries, Result, section};
use mlpt_trainers::mechanisms::cosine_logits;
use mlpt_trainers::single;
use std::sync::Arc;

section! {
    /// Settings of the mechanism, at `TRAINER.TASKRES`.
    pub struct TaskResConfig {
        /// Weight of the residual.
        pub alpha: f64 = 0.5, "ALPHA";
    }
}

struct TaskRes {
    alpha: f64,
    /// Unit-length features `[C, E]` of "a photo of a NAME.".
    base: Tensor,
    residual: Var,
}

impl TaskRes {
    fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let config = TaskResConfig::read(&ctx.scope)?;
        let prompts: Vec<String> = ctx.class_names.iter().map(|name| format!("a photo of a {name}.")).collect();
        let base = normalize(&ctx.clip.encode_prompts(&prompts)?.to_dtype(DType::F32)?)?.detach();
        let residual = Var::zeros(base.shape(), DType::F32, base.device())?;
        Ok(Self { alpha: config.alpha, base, residual })
    }
}

impl PromptLearner for TaskRes {
    fn parameters(&self) -> Vec<NamedVar> {
        vec![NamedVar { name: "residual".into(), var: self.residual.clone() }]
    }

    fn text(&self, _clip: &FrozenClip) -> Result<Option<TextState>> {
        let moved = (&self.base + (self.residual.as_tensor() * self.alpha)?)?;
        Ok(Some(TextState { tensors: vec![normalize(&moved)?] }))
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        cosine_logits(clip, text.and_then(|text| text.tensors.first()), images)
    }
}

/// Adds the mechanism, and a trainer of one learner of it.
///
/// # Errors
/// When the name is taken.
pub(crate) fn register(all: &mut Registries) -> Result<()> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(TaskRes::new(ctx)?)));
    let doc = "A residual on the zero-shot class features. Yu et al., CVPR 2023. Keys: TRAINER.TASKRES.";
    let entry = Entry::new("TaskRes", "a residual on the zero-shot class features", doc, factory);
    all.mechanisms.register(entry.keys(TaskResConfig::keys_below("TRAINER.TASKRES")))?;
    all.trainers.register(single::entry("TaskRes", "TaskRes", "one learner of class residuals", doc))
}
