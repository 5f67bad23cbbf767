//! Conditional context optimisation (Zhou et al., "Conditional Prompt Learning for Vision-Language Models", CVPR 2022).

use super::coop::initial_context;
use super::cosine::image_features;
use super::leading::Leading;
use super::linear::Linear;
use candle_core::{DType, Tensor};
use mlpt_core::Result;
use mlpt_core::clip::{FrozenClip, TextSize};
use mlpt_core::config::Section;
use mlpt_core::estimate::{Cost, TextCost};
use mlpt_core::prompt::{ImageInput, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.COCOOP";
/// The meta-net's inner width is the features' over this, as published.
const NARROWING: usize = 16;
/// About so many texts are encoded at once where no gradient is asked for; bounds the memory.
const TEXTS: usize = 2048;

mlpt_core::section! {
    /// Keys of `TRAINER.COCOOP`.
    pub struct CoCoOpConfig {
        /// Number of context tokens; with CTX_INIT the number of its tokens counts instead.
        pub n_ctx: usize = 16, "N_CTX";
        /// Words to start from, such as "a photo of a"; empty: drawn from N(0, 0.02^2).
        pub ctx_init: String = String::new(), "CTX_INIT";
    }
}

pub(super) fn entry() -> Entry<MechanismFactory> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(CoCoOp::new(ctx)?)));
    Entry::new(
        "CoCoOp",
        "learnt context tokens that each image shifts",
        "Conditional context optimisation: a small network turns an image's features into one vector that is added to \
         all context tokens, so that each image has prompts of its own. Every image costs a text pass over all \
         classes. Zhou et al., CVPR 2022.",
        factory,
    )
    .section(SECTION)
    .keys(CoCoOpConfig::keys_below(SECTION))
}

/// The CoCoOp mechanism. Trainable: `ctx [M, D]` and the meta-net, `meta_net.linear1` `[E/16, E]` and
/// `meta_net.linear2` `[D, E/16]`, under the names of the published checkpoints.
pub struct CoCoOp {
    text: Leading,
    linear1: Linear,
    linear2: Linear,
}

impl CoCoOp {
    /// Tokenises the classes and makes the initial context and meta-net.
    ///
    /// # Errors
    /// When a setting does not fit, or a prompt is longer than the text tower (the message names the class).
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let config = CoCoOpConfig::read(&ctx.scope)?;
        let (clip, device) = (ctx.clip, ctx.clip.device());
        let (features, width) = (clip.embed_dim(), clip.text_width());
        // Only towers far smaller than the published ones come near one.
        let inner = (features / NARROWING).max(1);
        let rng = ctx.rng.child("meta_net");
        let (context, _) = initial_context(config.n_ctx, false, &config.ctx_init, ctx)?;
        Ok(Self {
            text: Leading::around(ctx, context, None, "N_CTX")?,
            linear1: Linear::draw(features, inner, &rng.child("linear1"), device)?,
            linear2: Linear::draw(inner, width, &rng.child("linear2"), device)?,
        })
    }

    /// Images whose texts are encoded at once where no gradient is asked for.
    fn at_once(&self) -> usize {
        (TEXTS / self.text.classes().max(1)).max(1)
    }

    /// The contexts `[B, M, D]` of unit-length image features `[B, E]`, with a graph.
    fn contexts(&self, images: &Tensor) -> Result<Tensor> {
        let shifts = self.linear2.apply(&self.linear1.apply(images)?.relu()?)?;
        Ok(self.text.ctx.as_tensor().unsqueeze(0)?.broadcast_add(&shifts.unsqueeze(1)?)?)
    }

    /// Logits `[B, C]` of unit-length image features `[B, E]` by their contexts, with a graph to what tracks; one text
    /// pass for the batch. The model bounds the memory of its graph (`MODEL.TEXT_MEMORY`), so that a batch of many images
    /// runs in smaller ones.
    fn of_features(&self, clip: &FrozenClip, images: &Tensor, contexts: &Tensor) -> Result<Tensor> {
        let (rows, width) = images.dims2()?;
        let classes = clip.encode_text(&self.text.with_contexts(contexts, Vec::new())?)?.to_dtype(DType::F32)?;
        let classes = normalize(&classes)?.reshape((rows, self.text.classes(), width))?;
        let cosines = classes.matmul(&images.unsqueeze(2)?)?.squeeze(2)?;
        Ok((cosines * clip.logit_scale())?)
    }
}

impl PromptLearner for CoCoOp {
    fn parameters(&self) -> Vec<NamedVar> {
        let mut all = vec![NamedVar { name: "ctx".to_owned(), var: self.text.ctx.clone() }];
        all.extend(self.linear1.named("meta_net.linear1"));
        all.extend(self.linear2.named("meta_net.linear2"));
        all
    }

    /// None: every image has a text of its own.
    fn text(&self, _: &FrozenClip) -> Result<Option<TextState>> {
        Ok(None)
    }

    fn cost(&self) -> Result<Option<Cost>> {
        let one = TextSize::of(&self.text.batch(&[])?)?;
        Ok(Some(Cost { text: TextCost::PerImage { one, at_once: self.at_once() }, prompts: None }))
    }

    fn logits(&self, clip: &FrozenClip, _: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        let features = image_features(clip, images)?;
        self.of_features(clip, &features, &self.contexts(&features)?)
    }

    /// In parts of so many images that the memory does not grow with the batch, and without a graph.
    fn predict(&self, clip: &FrozenClip, _: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        let features = image_features(clip, images)?;
        let (rows, at_once) = (features.dim(0)?, self.at_once());
        let parts = (0..rows).step_by(at_once).map(|from| {
            let part = features.narrow(0, from, at_once.min(rows - from))?;
            self.of_features(clip, &part, &self.contexts(&part)?.detach())
        });
        Ok(Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)?)
    }
}
