//! Multi-modal prompt learning (Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023).

use super::cosine::prompted_logits;
use super::cost::of_classes;
use super::coupled::{Coupled, MaPLeConfig};
use candle_core::{DType, Tensor};
use mlpt_core::Result;
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::Section;
use mlpt_core::estimate::Cost;
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.MAPLE";

pub(super) fn entry() -> Entry<MechanismFactory> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(MaPLe::new(ctx)?)));
    Entry::new(
        "MaPLe",
        "coupled prompts in both towers, layer by layer",
        "Multi-modal prompt learning: context tokens in the text tower, new ones in each of the first \
         PROMPT_DEPTH layers, and a linear map from each to the tokens of the image tower's layer. Needs a \
         vision transformer. Khattak et al., CVPR 2023.",
        factory,
    )
    .section(SECTION)
    .keys(MaPLeConfig::keys_below(SECTION))
}

/// The MaPLe mechanism. Trainable: `ctx [M, D]`, `proj`, and for each further layer `compound_prompts_text.i [M, D]`
/// and `compound_prompt_projections.i`, all under the names of the published checkpoints.
pub struct MaPLe {
    prompts: Coupled,
}

impl MaPLe {
    /// Tokenises the classes and makes the initial prompts.
    ///
    /// # Errors
    /// When a setting does not fit the model, or a prompt is longer than the text tower (the message names the class).
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        Ok(Self { prompts: Coupled::new(ctx, "MaPLe")? })
    }
}

impl PromptLearner for MaPLe {
    fn parameters(&self) -> Vec<NamedVar> {
        self.prompts.named()
    }

    /// Class features `[C, E]` of unit length, then the image tower's tokens `[M, W]` for each layer that has its own.
    fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        let features = clip.encode_text(&self.prompts.batch()?)?.to_dtype(DType::F32)?;
        let mut tensors = vec![normalize(&features)?];
        tensors.extend(self.prompts.image_prompts()?);
        Ok(Some(TextState { tensors }))
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        prompted_logits(clip, text, images, "MaPLe")
    }

    fn cost(&self) -> Result<Option<Cost>> {
        of_classes(&self.prompts.batch()?, Some(self.prompts.image_tokens()?))
    }

    fn image_side(&self) -> ImageSide {
        ImageSide::Prompted
    }
}
