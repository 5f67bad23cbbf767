//! The coupled prompts of MaPLe, which RMaPLe has too.

use super::draw;
use super::leading::Leading;
use super::linear::Linear;
use candle_core::{Tensor, Var};
use mlpt_core::clip::{FrozenClip, TextBatch};
use mlpt_core::config::Section;
use mlpt_core::prompt::{LearnerContext, NamedVar};
use mlpt_core::{Error, Result};

mlpt_core::section! {
    /// Keys of `TRAINER.MAPLE`, and of `TRAINER.RMAPLE`.
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

/// Context tokens of the text tower in each of the first layers, and a linear map from each to the image tower's.
pub(super) struct Coupled {
    text: Leading,
    map: Linear,
    deeper: Vec<Var>,
    deeper_maps: Vec<Linear>,
}

impl Coupled {
    /// Tokenises the classes and makes the initial prompts. `mechanism` is named in messages.
    ///
    /// # Errors
    /// When a setting does not fit the model, or a prompt is longer than the text tower (the message names the class).
    pub(super) fn new(ctx: &LearnerContext<'_>, mechanism: &str) -> Result<Self> {
        let config = MaPLeConfig::read(&ctx.scope)?;
        let (clip, device) = (ctx.clip, ctx.clip.device());
        let image_width = clip.image_width().ok_or_else(|| {
            let name = clip.name();
            Error::Config(vec![format!(
                "{mechanism} puts prompts into a vision transformer; {name} has a ResNet: take a ViT backbone"
            )])
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

    /// Under the names of the published checkpoints.
    pub(super) fn named(&self) -> Vec<NamedVar> {
        let mut all = vec![NamedVar { name: "ctx".to_owned(), var: self.text.ctx.clone() }];
        all.extend(self.map.named("proj"));
        for (i, (prompt, map)) in self.deeper.iter().zip(&self.deeper_maps).enumerate() {
            all.push(NamedVar { name: format!("compound_prompts_text.{i}"), var: prompt.clone() });
            all.extend(map.named(&format!("compound_prompt_projections.{i}")));
        }
        all
    }

    /// The text tower's input, with a graph to the prompts.
    pub(super) fn batch(&self) -> Result<TextBatch> {
        self.text.batch(&self.deeper)
    }

    /// The image tower's tokens `[M, W]` for each layer that has its own, with a graph.
    pub(super) fn image_prompts(&self) -> Result<Vec<Tensor>> {
        let mut all = vec![self.map.apply(self.text.ctx.as_tensor())?];
        for (prompt, map) in self.deeper.iter().zip(&self.deeper_maps) {
            all.push(map.apply(prompt.as_tensor())?);
        }
        Ok(all)
    }

    /// Tokens in each layer of the image tower that has its own.
    pub(super) fn image_tokens(&self) -> Result<usize> {
        Ok(self.text.ctx.dim(0)?)
    }

    /// `C`, the number of classes.
    pub(super) fn classes(&self) -> usize {
        self.text.classes()
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
