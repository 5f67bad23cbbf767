//! Prompts of the image tower that depend on nothing else.

use super::draw;
use candle_core::Var;
use mlpt_core::clip::FrozenClip;
use mlpt_core::prompt::{LearnerContext, NamedVar};
use mlpt_core::{Error, Result};

/// One set of tokens `[M, W]` for each of the first layers, `W` the image tower's width.
pub(super) struct Visual {
    prompts: Vec<Var>,
}

impl Visual {
    /// Draws `count` tokens for each of `depth` layers.
    ///
    /// # Errors
    /// When the image tower has no place for them (see [`Visual::check`]).
    pub(super) fn new(ctx: &LearnerContext<'_>, mechanism: &str, count: usize, depth: usize) -> Result<Self> {
        if let Some(fault) = Self::check(ctx.clip, mechanism, count, depth) {
            return Err(Error::Config(vec![fault]));
        }
        // A ResNet has none, and was let pass with a depth of 0 only.
        let width = ctx.clip.image_width().unwrap_or_default();
        let rng = ctx.rng.child("visual");
        let draw = |i| draw::prompt(&[count, width], &rng.at(i), ctx.clip.device());
        Ok(Self { prompts: (0..depth).map(draw).collect::<Result<_>>()? })
    }

    /// What is wrong with `count` tokens in `depth` layers, if anything is. A depth of 0 asks for nothing.
    pub(super) fn check(clip: &FrozenClip, mechanism: &str, count: usize, depth: usize) -> Option<String> {
        let layers = clip.image_layers();
        if depth == 0 {
            None
        } else if clip.image_width().is_none() {
            let name = clip.name();
            Some(format!(
                "{mechanism} puts prompts into a vision transformer; {name} has a ResNet: take a ViT backbone"
            ))
        } else if depth > layers {
            Some(format!("PROMPT_DEPTH_VISION is {depth}: it can be at most {layers}, the layers of the image tower"))
        } else {
            (count == 0).then(|| "N_CTX_VISION is 0: at least one token is needed in each layer".to_owned())
        }
    }

    /// The tokens of each layer.
    pub(super) fn prompts(&self) -> &[Var] {
        &self.prompts
    }

    /// How many each layer has; `None` where no layer has any.
    pub(super) fn tokens(&self) -> Result<Option<usize>> {
        Ok(self.prompts.first().map(|prompt| prompt.dim(0)).transpose()?)
    }

    /// Under the names that they have in the published checkpoints.
    pub(super) fn named(&self) -> impl Iterator<Item = NamedVar> {
        self.prompts.iter().enumerate().map(|(i, var)| NamedVar {
            name: if i == 0 { "image_encoder.VPT".to_owned() } else { deeper("image_encoder", i) },
            var: var.clone(),
        })
    }
}

/// The published name of the prompts before layer `i` of a tower.
pub(super) fn deeper(tower: &str, i: usize) -> String {
    format!("{tower}.transformer.resblocks.{i}.VPT_shallow")
}
