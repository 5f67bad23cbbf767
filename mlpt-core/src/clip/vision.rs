//! The image tower: a vision transformer.

use super::block::{Block, BlockConfig};
use super::config::{ClipConfig, VisionConfig};
use super::weights::{Init, Weights};
use crate::tensor::{LayerNorm, Linear, Weight, add_repeated, self_attention};
use crate::{Error, Result};
use candle_core::{DType, Tensor};

/// Patches, a class token, blocks; the feature is read at the class token.
#[derive(Clone, Debug)]
pub struct VisionTower {
    config: VisionConfig,
    class: Weight,
    patches: Weight,
    positions: Weight,
    norm_in: LayerNorm,
    blocks: Vec<Block>,
    norm_out: LayerNorm,
    projection: Linear,
    dtype: DType,
}

impl VisionTower {
    /// The tower of `config` with weights named as Hugging Face names them.
    ///
    /// # Errors
    /// When a tensor operation fails; what is wrong with the weights is for [`Weights::finish`].
    pub fn new(weights: &mut Weights, config: &ClipConfig, dtype: DType) -> Result<Self> {
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
            dtype,
        })
    }

    /// Pixels `[B, 3, H, W]`, normalised, to features `[B, E]` in f32, not normalised.
    ///
    /// # Errors
    /// When the pixels are of another size than the tower's.
    pub fn forward(&self, pixels: &Tensor) -> Result<Tensor> {
        let (size, width) = (self.config.image_size, self.config.hidden_size);
        let (batch, channels, h, w) = pixels.dims4()?;
        if (channels, h, w) != (3, size, size) {
            return Err(Error::invalid(format!(
                "the image tower takes 3 x {size} x {size} pixels, not {channels} x {h} x {w}: set INPUT.SIZE to {size}"
            )));
        }
        let class = self.class.tensor().reshape((1, 1, width))?.expand((batch, 1, width))?;
        let x = Tensor::cat(&[&class, &self.embed(&pixels.to_dtype(self.dtype)?)?], 1)?;
        let tokens = x.dim(1)?;
        let x = add_repeated(&x, self.positions.tensor())?.reshape((batch * tokens, width))?;
        let mut x = self.norm_in.forward(&x)?;
        let firsts: Vec<u32> = (0..batch).map(|b| (b * tokens) as u32).collect();
        let firsts = Tensor::from_vec(firsts, batch, pixels.device())?;
        let heads = self.config.num_attention_heads;
        for (i, block) in self.blocks.iter().enumerate() {
            let last = i + 1 == self.blocks.len();
            x = block.forward(&x, last.then_some(&firsts), |qkv| {
                let y = self_attention(qkv, batch, heads, false)?;
                Ok(if last { y.index_select(&firsts, 0)? } else { y })
            })?;
        }
        Ok(self.projection.forward(&self.norm_out.forward(&x)?)?.to_dtype(DType::F32)?)
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
