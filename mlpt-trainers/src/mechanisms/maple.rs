//! Multi-modal prompt learning (Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023).

use super::cosine::prompted_logits;
use super::draw;
use super::leading::Leading;
use super::linear::Linear;
use candle_core::{DType, Tensor, Var};
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::Section;
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Result};
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.MAPLE";

mlpt_core::section! {
    /// Keys of `TRAINER.MAPLE`.
    pub struct MaPLeConfig {
        /// Number of context tokens, in every layer that has its own and in both towers.
        pub n_ctx: usize = 2, "N_CTX";
        /// Words of the prompt. The first N_CTX of its tokens are learnt, those behind them stay; with N_CTX above 4,
        /// or without words, the context is drawn from N(0, 0.02^2).
        pub ctx_init: String = "a photo of a".to_owned(), "CTX_INIT";
        /// Number of layers that have prompts of their own, the first included.
        pub prompt_depth: usize = 9, "PROMPT_DEPTH";
    }
}

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
    text: Leading,
    map: Linear,
    deeper: Vec<Var>,
    deeper_maps: Vec<Linear>,
}

impl MaPLe {
    /// Tokenises the classes and makes the initial prompts.
    ///
    /// # Errors
    /// When a setting does not fit the model, or a prompt is longer than the text tower (the message names the class).
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let config = MaPLeConfig::read(&ctx.scope)?;
        let (clip, device) = (ctx.clip, ctx.clip.device());
        let image_width = clip.image_width().ok_or_else(|| {
            Error::Config(vec![format!("MaPLe puts prompts into a vision transformer; {} has a ResNet", clip.name())])
        })?;
        check(&config, clip)?;
        let (m, width) = (config.n_ctx, clip.text_width());
        let map = |name: &str| Linear::draw(width, image_width, &ctx.rng.child(name), device);
        let deeper = 1..config.prompt_depth;
        Ok(Self {
            text: Leading::from_words(ctx, m, &config.ctx_init, "N_CTX", &ctx.rng.child("ctx"))?,
            map: map("proj")?,
            deeper: deeper
                .clone()
                .map(|i| draw::prompt(&[m, width], &ctx.rng.child(&format!("deep{i}")), device))
                .collect::<Result<_>>()?,
            // As published, all maps of the deeper layers start alike, and so from one name.
            deeper_maps: deeper.map(|_| map("projections")).collect::<Result<_>>()?,
        })
    }
}

impl PromptLearner for MaPLe {
    fn parameters(&self) -> Vec<NamedVar> {
        let mut all = vec![NamedVar { name: "ctx".to_owned(), var: self.text.ctx.clone() }];
        all.extend(self.map.named("proj"));
        for (i, (prompt, map)) in self.deeper.iter().zip(&self.deeper_maps).enumerate() {
            all.push(NamedVar { name: format!("compound_prompts_text.{i}"), var: prompt.clone() });
            all.extend(map.named(&format!("compound_prompt_projections.{i}")));
        }
        all
    }

    /// Class features `[C, E]` of unit length, then the image tower's tokens `[M, D]` for each layer that has its own.
    fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        let features = clip.encode_text(&self.text.batch(&self.deeper)?)?.to_dtype(DType::F32)?;
        let mut tensors = vec![normalize(&features)?, self.map.apply(self.text.ctx.as_tensor())?];
        for (prompt, map) in self.deeper.iter().zip(&self.deeper_maps) {
            tensors.push(map.apply(prompt.as_tensor())?);
        }
        Ok(Some(TextState { tensors }))
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        prompted_logits(clip, text, images, "MaPLe")
    }

    fn image_side(&self) -> ImageSide {
        ImageSide::Prompted
    }
}

fn check(config: &MaPLeConfig, clip: &FrozenClip) -> Result<()> {
    let mut faults = Vec::new();
    let layers = clip.text_layers().min(clip.image_layers());
    if !(1..=layers).contains(&config.prompt_depth) {
        faults.push(format!(
            "PROMPT_DEPTH is {}: it can be 1 to {layers}, the layers of both towers",
            config.prompt_depth
        ));
    }
    if config.n_ctx == 0 || config.n_ctx + 2 > clip.context_length() {
        let most = clip.context_length() - 2;
        faults.push(format!("N_CTX is {}: it can be 1 to {most}", config.n_ctx));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Config(faults)) }
}
