//! The vision transformer.

use crate::clip::block::{Block, BlockConfig};
use crate::clip::config::{ClipConfig, VisionConfig};
use crate::clip::weights::{Init, Weights};
use crate::tensor::{LayerNorm, Linear, Weight, add_repeated, self_attention};
use crate::{Error, Result};
use candle_core::Tensor;

/// Patches, a class token, blocks; the feature is read at the class token.
#[derive(Clone, Debug)]
pub(super) struct Transformer {
    config: VisionConfig,
    class: Weight,
    patches: Weight,
    positions: Weight,
    norm_in: LayerNorm,
    blocks: Vec<Block>,
    norm_out: LayerNorm,
    projection: Linear,
}

impl Transformer {
    /// The tower of `config.vision_config` with weights named as Hugging Face names them.
    pub(super) fn new(weights: &mut Weights, config: &ClipConfig) -> Result<Self> {
        let v = &config.vision_config;
        let (width, patch, scale) = (v.hidden_size, v.patch_size, (v.hidden_size as f64).powf(-0.5));
        let tokens = (v.image_size / patch).pow(2) + 1;
        let name = "vision_model";
        let class = weights.get(&format!("{name}.embeddings.class_embedding"), &[width], Init::Normal(scale))?;
        let patches = weights.get(
            &format!("{name}.embeddings.patch_embedding.weight"),
            &[width, 3, patch, patch],
            // The spread of a uniform draw between plus and minus 1 / sqrt(fan in).
            Init::Normal((3.0 * 3.0 * (patch * patch) as f64).powf(-0.5)),
        )?;
        let positions = weights.get(
            &format!("{name}.embeddings.position_embedding.weight"),
            &[tokens, width],
            Init::Normal(scale),
        )?;
        let norm_in = weights.norm(&format!("{name}.pre_layrnorm"), width, v.layer_norm_eps)?;
        let block = BlockConfig {
            width,
            inner: v.intermediate_size,
            layers: v.num_hidden_layers,
            activation: v.hidden_act,
            eps: v.layer_norm_eps,
        };
        Ok(Self {
            config: v.clone(),
            class,
            patches,
            positions,
            norm_in,
            blocks: Block::stack(weights, name, block)?,
            norm_out: weights.norm(&format!("{name}.post_layernorm"), width, v.layer_norm_eps)?,
            projection: weights.projection("visual_projection", config.projection_dim, width, scale)?,
        })
    }

    /// Pixels `[B, 3, S, S]`, normalised, to features `[B, E]`, not normalised. `prompts` is empty or holds, for each
    /// block from the first on, tokens `[M, D]` behind the patches: the first block's are put there before the first
    /// norm, a later block's take the place of what the last `M` tokens have become.
    pub(super) fn forward(&self, pixels: &Tensor, prompts: &[Option<Tensor>]) -> Result<Tensor> {
        self.read(&self.firsts(pixels, prompts, None)?)
    }

    /// The same at every depth, `[L + 1, B, E]`: of the class token as it enters the first of `L` blocks, behind the
    /// first norm, and as it leaves each, all through the last norm and the projection.
    pub(super) fn forward_layers(&self, pixels: &Tensor, prompts: &[Option<Tensor>]) -> Result<Tensor> {
        let mut states = Vec::with_capacity(self.blocks.len() + 1);
        let last = self.firsts(pixels, prompts, Some(&mut states))?;
        states.push(last);
        let features = self.read(&Tensor::cat(&states, 0)?)?;
        let width = features.dim(1)?;
        Ok(features.reshape((states.len(), pixels.dim(0)?, width))?)
    }

    /// Class tokens `[B, D]` to features `[B, E]`.
    fn read(&self, x: &Tensor) -> Result<Tensor> {
        self.projection.forward(&self.norm_out.forward(x)?)
    }

    /// The class tokens `[B, D]` as they leave the last block; `before` takes them as they were before, from the input
    /// on.
    fn firsts(
        &self,
        pixels: &Tensor,
        prompts: &[Option<Tensor>],
        mut before: Option<&mut Vec<Tensor>>,
    ) -> Result<Tensor> {
        let (width, batch) = (self.config.hidden_size, pixels.dim(0)?);
        let class = self.class.tensor().reshape((1, 1, width))?.expand((batch, 1, width))?;
        let x = Tensor::cat(&[&class, &self.embed(pixels)?], 1)?;
        let own = x.dim(1)?;
        let x = add_repeated(&x, self.positions.tensor())?;
        let x = match prompts.first().and_then(Option::as_ref) {
            Some(tokens) => behind(&x, own, tokens)?,
            None => x,
        };
        let tokens = x.dim(1)?;
        let mut x = self.norm_in.forward(&x.reshape((batch * tokens, width))?)?;
        let firsts: Vec<u32> = (0..batch).map(|b| (b * tokens) as u32).collect();
        let firsts = Tensor::from_vec(firsts, batch, pixels.device())?;
        let heads = self.config.num_attention_heads;
        for (i, block) in self.blocks.iter().enumerate() {
            if let Some(before) = &mut before {
                before.push(x.index_select(&firsts, 0)?);
            }
            if let Some(prompt) = prompts.get(i).and_then(Option::as_ref).filter(|_| i > 0) {
                let whole = behind(&x.reshape((batch, tokens, width))?, own, prompt)?;
                if whole.dim(1)? != tokens {
                    return Err(Error::invalid(format!(
                        "the image prompts of block {} are {:?}: every block takes as many tokens as the first",
                        i + 1,
                        prompt.dims()
                    )));
                }
                x = whole.reshape((batch * tokens, width))?;
            }
            let last = i + 1 == self.blocks.len();
            x = block.forward(&x, last.then_some(&firsts), |qkv| {
                let y = self_attention(qkv, batch, heads, false)?;
                Ok(if last { y.index_select(&firsts, 0)? } else { y })
            })?;
        }
        Ok(x)
    }

    /// `[B, 3, H, W]` to patch embeddings `[B, N, D]`: a convolution whose stride is its kernel is
    /// one product.
    fn embed(&self, pixels: &Tensor) -> Result<Tensor> {
        let (patch, width) = (self.config.patch_size, self.config.hidden_size);
        let (batch, grid) = (pixels.dim(0)?, self.config.image_size / patch);
        let cells = pixels.reshape((batch, 3, grid, patch, grid, patch))?.permute((0, 2, 4, 1, 3, 5))?;
        let cells = cells.reshape((batch, grid * grid, 3 * patch * patch))?;
        Linear::apply(&self.patches.tensor().reshape((width, 3 * patch * patch))?, &cells)
    }
}

/// The first `own` tokens of every image, and `tokens [M, D]` behind them.
fn behind(x: &Tensor, own: usize, tokens: &Tensor) -> Result<Tensor> {
    let (batch, _, width) = x.dims3()?;
    let (count, _) = tokens.dims2()?;
    let tokens = tokens.to_dtype(x.dtype())?.unsqueeze(0)?.expand((batch, count, width))?;
    Ok(Tensor::cat(&[&x.narrow(1, 0, own)?, &tokens], 1)?)
}
