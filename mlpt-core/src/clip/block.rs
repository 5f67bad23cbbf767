//! The transformer block that both towers are made of.

use super::weights::Weights;
use crate::Result;
use crate::tensor::{Activation, JoinedLinear, LayerNorm, Linear};
use candle_core::Tensor;

/// What a block is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockConfig {
    pub(super) width: usize,
    pub(super) inner: usize,
    pub(super) layers: usize,
    pub(super) activation: Activation,
    pub(super) eps: f64,
}

/// Pre-norm block: `x += attention(norm1 x)`, then `x += mlp(norm2 x)`.
#[derive(Clone, Debug)]
pub(super) struct Block {
    norm1: LayerNorm,
    qkv: JoinedLinear,
    out: Linear,
    norm2: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    activation: Activation,
}

impl Block {
    /// The blocks `PREFIX.encoder.layers.*`, with OpenAI CLIP's initial scales.
    pub(super) fn stack(weights: &mut Weights, prefix: &str, config: BlockConfig) -> Result<Vec<Self>> {
        (0..config.layers).map(|i| Self::new(weights, &format!("{prefix}.encoder.layers.{i}"), config)).collect()
    }

    fn new(weights: &mut Weights, name: &str, config: BlockConfig) -> Result<Self> {
        let (d, inner) = (config.width, config.inner);
        let narrow = (d as f64).powf(-0.5);
        // Sums over the residual stream keep their size when there are more layers.
        let deep = narrow * (2.0 * config.layers as f64).powf(-0.5);
        let norm1 = weights.norm(&format!("{name}.layer_norm1"), d, config.eps)?;
        let parts = ["q_proj", "k_proj", "v_proj"]
            .iter()
            .map(|part| weights.with_bias(&format!("{name}.self_attn.{part}"), d, d, narrow))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            norm1,
            qkv: JoinedLinear::new(parts)?,
            out: weights.linear(&format!("{name}.self_attn.out_proj"), d, d, deep)?,
            norm2: weights.norm(&format!("{name}.layer_norm2"), d, config.eps)?,
            fc1: weights.linear(&format!("{name}.mlp.fc1"), inner, d, (2.0 * d as f64).powf(-0.5))?,
            fc2: weights.linear(&format!("{name}.mlp.fc2"), d, inner, deep)?,
            activation: config.activation,
        })
    }

    /// `x [N, D]` to `[N, D]`. `attend` turns queries, keys and values `[N, 3 D]` into `[N, D]`.
    /// With `rows` (indices into `N`), `attend` returns those rows only and so does the block:
    /// after the last attention nothing else is needed.
    pub(super) fn forward<A>(&self, x: &Tensor, rows: Option<&Tensor>, attend: A) -> Result<Tensor>
    where
        A: FnOnce(&Tensor) -> Result<Tensor>,
    {
        let attended = attend(&self.qkv.forward(&self.norm1.forward(x)?)?)?;
        let x = match rows {
            Some(rows) => x.index_select(rows, 0)?,
            None => x.clone(),
        };
        let x = (x + self.out.forward(&attended)?)?;
        let inner = self.activation.apply(&self.fc1.forward(&self.norm2.forward(&x)?)?)?;
        Ok((x + self.fc2.forward(&inner)?)?)
    }
}
