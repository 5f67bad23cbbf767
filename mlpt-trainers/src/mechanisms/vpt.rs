//! Visual prompt tuning (Jia et al., "Visual Prompt Tuning", ECCV 2022), as the multi-modal prompt code does it for CLIP.

use super::cosine::prompted_logits;
use super::visual::Visual;
use candle_core::{DType, Tensor};
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::Section;
use mlpt_core::estimate::{Cost, TextCost};
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Result};
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.VPT";

mlpt_core::section! {
    /// Keys of `TRAINER.VPT`.
    pub struct VptConfig {
        /// Number of tokens in every layer that has its own.
        pub n_ctx_vision: usize = 2, "N_CTX_VISION";
        /// Number of the image tower's layers that have tokens of their own, the first included: 1 is shallow.
        pub prompt_depth_vision: usize = 1, "PROMPT_DEPTH_VISION";
    }
}

pub(super) fn entry() -> Entry<MechanismFactory> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(Vpt::new(ctx)?)));
    Entry::new(
        "VPT",
        "learnt tokens in the image tower only",
        "Visual prompt tuning: tokens behind the patches, new ones in each of the first PROMPT_DEPTH_VISION layers; \
         the texts are \"a photo of a <class>.\", encoded once. Needs a vision transformer. Jia et al., ECCV 2022.",
        factory,
    )
    .section(SECTION)
    .keys(VptConfig::keys_below(SECTION))
}

/// The VPT mechanism. Trainable: `image_encoder.VPT [M, W]`, and for each further layer
/// `image_encoder.transformer.resblocks.i.VPT_shallow [M, W]`, as in the published checkpoints.
pub struct Vpt {
    visual: Visual,
    /// Unit length, `[C, E]`.
    classes: Tensor,
}

impl Vpt {
    /// Encodes the classes and draws the tokens.
    ///
    /// # Errors
    /// When a setting does not fit the model, or a class name is longer than the text tower.
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let config = VptConfig::read(&ctx.scope)?;
        if config.prompt_depth_vision == 0 {
            return Err(Error::Config(vec!["PROMPT_DEPTH_VISION is 0: VPT would have nothing to learn".to_owned()]));
        }
        let visual = Visual::new(ctx, "VPT", config.n_ctx_vision, config.prompt_depth_vision)?;
        let texts = ctx.class_names.iter().map(|name| format!("a photo of a {}.", name.replace('_', " ")));
        let classes = ctx.clip.encode_prompts(&texts.collect::<Vec<_>>())?.to_dtype(DType::F32)?;
        Ok(Self { visual, classes: normalize(&classes)?.detach() })
    }
}

impl PromptLearner for Vpt {
    fn parameters(&self) -> Vec<NamedVar> {
        self.visual.named().collect()
    }

    /// Class features `[C, E]` of unit length, which never change, then the image tower's tokens `[M, W]` by layer.
    fn text(&self, _: &FrozenClip) -> Result<Option<TextState>> {
        let mut tensors = vec![self.classes.clone()];
        tensors.extend(self.visual.prompts().iter().map(|var| var.as_tensor().clone()));
        Ok(Some(TextState { tensors }))
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        prompted_logits(clip, text, images, "VPT")
    }

    fn cost(&self) -> Result<Option<Cost>> {
        Ok(Some(Cost { text: TextCost::Fixed, prompts: self.visual.tokens()? }))
    }

    fn image_side(&self) -> ImageSide {
        ImageSide::Prompted
    }
}
