//! Independent vision-language prompting (Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023, its baseline).

use super::cosine::{cosine_logits, prompted_logits};
use super::cost::of_classes;
use super::draw;
use super::leading::Leading;
use super::visual::{Visual, deeper};
use candle_core::{DType, Tensor, Var};
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::Section;
use mlpt_core::estimate::Cost;
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Result};
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.IVLP";

mlpt_core::section! {
    /// Keys of `TRAINER.IVLP`.
    pub struct IvlpConfig {
        /// Number of tokens in every layer of the image tower that has its own.
        pub n_ctx_vision: usize = 2, "N_CTX_VISION";
        /// Number of context tokens in every layer of the text tower that has its own.
        pub n_ctx_text: usize = 2, "N_CTX_TEXT";
        /// Words of the prompt. The first N_CTX_TEXT of its tokens are learnt, those behind them stay; with N_CTX_TEXT
        /// above 4, or without words, the context is drawn from N(0, 0.02^2).
        pub ctx_init: String = "a photo of a".to_owned(), "CTX_INIT";
        /// Number of the image tower's layers that have prompts of their own, the first included; 0: language only.
        pub prompt_depth_vision: usize = 9, "PROMPT_DEPTH_VISION";
        /// Number of the text tower's layers that have prompts of their own, the first included.
        pub prompt_depth_text: usize = 9, "PROMPT_DEPTH_TEXT";
    }
}

pub(super) fn entry() -> Entry<MechanismFactory> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(Ivlp::new(ctx)?)));
    Entry::new(
        "IVLP",
        "prompts in both towers, each on its own",
        "Independent vision-language prompting: context tokens in the first PROMPT_DEPTH_TEXT layers of the text tower \
         and tokens in the first PROMPT_DEPTH_VISION layers of the image tower, which must be a vision transformer \
         unless that depth is 0. Khattak et al., CVPR 2023.",
        factory,
    )
    .section(SECTION)
    .keys(IvlpConfig::keys_below(SECTION))
}

/// The IVLP mechanism. Trainable: `ctx [M, D]`, `image_encoder.VPT [N, W]`, and for each further layer
/// `<tower>.transformer.resblocks.i.VPT_shallow`, `<tower>` being `image_encoder` or `text_encoder`, as in the
/// published checkpoints.
pub struct Ivlp {
    text: Leading,
    deeper: Vec<Var>,
    visual: Visual,
}

impl Ivlp {
    /// Tokenises the classes and makes the initial prompts.
    ///
    /// # Errors
    /// When a setting does not fit the model, or a prompt is longer than the text tower (the message names the class).
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let config = IvlpConfig::read(&ctx.scope)?;
        check(&config, ctx.clip)?;
        let shape = [config.n_ctx_text, ctx.clip.text_width()];
        let deep = |i: usize| draw::prompt(&shape, &ctx.rng.child(&format!("deep{i}")), ctx.clip.device());
        Ok(Self {
            text: Leading::from_words(ctx, shape[0], &config.ctx_init, "N_CTX_TEXT", &ctx.rng.child("ctx"))?,
            deeper: (1..config.prompt_depth_text).map(deep).collect::<Result<_>>()?,
            visual: Visual::new(ctx, "IVLP", config.n_ctx_vision, config.prompt_depth_vision)?,
        })
    }
}

impl PromptLearner for Ivlp {
    fn parameters(&self) -> Vec<NamedVar> {
        let mut all = vec![NamedVar { name: "ctx".to_owned(), var: self.text.ctx.clone() }];
        let named = |(i, var): (usize, &Var)| NamedVar { name: deeper("text_encoder", i + 1), var: var.clone() };
        all.extend(self.deeper.iter().enumerate().map(named));
        all.extend(self.visual.named());
        all
    }

    /// Class features `[C, E]` of unit length, then the image tower's tokens `[N, W]` by layer.
    fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        let features = clip.encode_text(&self.text.batch(&self.deeper)?)?.to_dtype(DType::F32)?;
        let mut tensors = vec![normalize(&features)?];
        tensors.extend(self.visual.prompts().iter().map(|var| var.as_tensor().clone()));
        Ok(Some(TextState { tensors }))
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        match self.image_side() {
            ImageSide::Frozen => cosine_logits(clip, text.and_then(|t| t.tensors.first()), images),
            ImageSide::Prompted => prompted_logits(clip, text, images, "IVLP"),
        }
    }

    fn cost(&self) -> Result<Option<Cost>> {
        of_classes(&self.text.batch(&self.deeper)?, self.visual.tokens()?)
    }

    /// Without prompts in the image tower its features can be shared.
    fn image_side(&self) -> ImageSide {
        if self.visual.prompts().is_empty() { ImageSide::Frozen } else { ImageSide::Prompted }
    }
}

fn check(config: &IvlpConfig, clip: &FrozenClip) -> Result<()> {
    let mut faults = Vec::new();
    let layers = clip.text_layers();
    if !(1..=layers).contains(&config.prompt_depth_text) {
        let given = config.prompt_depth_text;
        faults.push(format!("PROMPT_DEPTH_TEXT is {given}: it can be 1 to {layers}, the layers of the text tower"));
    }
    if config.n_ctx_text == 0 || config.n_ctx_text + 2 > clip.context_length() {
        let most = clip.context_length() - 2;
        faults.push(format!("N_CTX_TEXT is {}: it can be 1 to {most}", config.n_ctx_text));
    }
    faults.extend(Visual::check(clip, "IVLP", config.n_ctx_vision, config.prompt_depth_vision));
    if faults.is_empty() { Ok(()) } else { Err(Error::Config(faults)) }
}
