//! Attention pooling: one query, the mean of all places, looks at all of them.

use crate::Result;
use crate::clip::config::ResnetConfig;
use crate::clip::weights::{Init, Weights};
use crate::tensor::{Linear, Weight, add_repeated, attention_weights};
use candle_core::Tensor;

/// The last layer of a modified residual network.
#[derive(Clone, Debug)]
pub(super) struct AttentionPool {
    positions: Weight,
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    heads: usize,
}

impl AttentionPool {
    pub(super) fn new(weights: &mut Weights, shape: &ResnetConfig, outputs: usize) -> Result<Self> {
        let (width, places) = (shape.features(), shape.grid().pow(2));
        let name = |part: &str| format!("visual.attnpool.{part}");
        let std = (width as f64).powf(-0.5);
        let positions = weights.get(&name("positional_embedding"), &[places + 1, width], Init::Normal(std))?;
        let mut linear = |part: &str, outputs: usize| weights.linear(&name(part), outputs, width, std);
        Ok(Self {
            positions,
            query: linear("q_proj", width)?,
            key: linear("k_proj", width)?,
            value: linear("v_proj", width)?,
            out: linear("c_proj", outputs)?,
            heads: shape.num_attention_heads,
        })
    }

    /// `[B, H, W, C]` to `[B, E]`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, h, w, width) = x.dims4()?;
        let places = x.reshape((batch, h * w, width))?;
        let tokens = Tensor::cat(&[&places.mean_keepdim(1)?, &places], 1)?;
        let tokens = add_repeated(&tokens, self.positions.tensor())?;
        let (heads, size) = (self.heads, width / self.heads);
        let split = |x: &Tensor| -> Result<Tensor> {
            let length = x.elem_count() / (batch * width);
            Ok(x.reshape((batch, length, heads, size))?.transpose(1, 2)?.contiguous()?)
        };
        let query = split(&self.query.forward(&tokens.narrow(1, 0, 1)?.contiguous()?)?)?;
        let (key, value) = (split(&self.key.forward(&tokens)?)?, split(&self.value.forward(&tokens)?)?);
        let scores = query.matmul(&key.t()?)?;
        let weights = attention_weights(&scores, (size as f64).powf(-0.5), false)?;
        let y = weights.matmul(&value)?.transpose(1, 2)?.reshape((batch, width))?;
        self.out.forward(&y)
    }
}
