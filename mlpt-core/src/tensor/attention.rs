//! Multi-head self-attention as one operation of the graph.

use super::graft::graft;
use super::softmax::{attention_weights_grad, attention_weights_value};
use crate::Result;
use candle_core::{Result as TensorResult, Tensor};

/// Multi-head self-attention over `batch` sequences of equal length `T`: `qkv` is `[batch * T, 3 D]`
/// with queries, keys and values side by side; the result is `[batch * T, D]` before the output
/// projection. With `causal` a position sees itself and what is before it.
///
/// # Errors
/// When `D` is not a multiple of `heads`, or a tensor operation fails.
pub fn self_attention(qkv: &Tensor, batch: usize, heads: usize, causal: bool) -> Result<Tensor> {
    let pass = Attended::forward(&qkv.detach(), batch, heads, causal)?;
    let value = pass.output.clone();
    Ok(graft(&[qkv], value, move |b| Ok(vec![Some(pass.backward(b.grad)?)]))?)
}

/// A forward pass with what its backward pass needs; nothing here has a graph.
pub(crate) struct Attended {
    pub(crate) q: Tensor,
    pub(crate) k: Tensor,
    pub(crate) v: Tensor,
    weights: Tensor,
    /// `[batch * T, D]`.
    pub(crate) output: Tensor,
    scale: f64,
}

impl Attended {
    pub(crate) fn forward(qkv: &Tensor, batch: usize, heads: usize, causal: bool) -> TensorResult<Self> {
        let [q, k, v] = split_heads(qkv, batch, heads)?;
        let scale = 1.0 / (q.dim(3)? as f64).sqrt();
        let weights = attention_weights_value(&q.matmul(&k.t()?)?, scale, causal)?;
        let output = join_heads(&[&weights.matmul(&v)?])?;
        Ok(Self { q, k, v, weights, output, scale })
    }

    /// The gradients of queries, keys and values `[B, h, T, d]` from that of the output `[B * T, D]`.
    pub(crate) fn grads(&self, grad: &Tensor) -> TensorResult<[Tensor; 3]> {
        let (b, h, t, d) = self.q.dims4()?;
        let grad = grad.reshape((b, t, h, d))?.transpose(1, 2)?.contiguous()?;
        let dv = self.weights.t()?.matmul(&grad)?;
        let dw = grad.matmul(&self.v.t()?)?;
        let ds = attention_weights_grad(&self.weights, &dw, self.scale)?;
        Ok([ds.matmul(&self.k)?, ds.t()?.matmul(&self.q)?, dv])
    }

    fn backward(&self, grad: &Tensor) -> TensorResult<Tensor> {
        let [dq, dk, dv] = self.grads(grad)?;
        join_heads(&[&dq, &dk, &dv])
    }
}

/// `[B * T, 3 D]` to queries, keys and values `[B, h, T, d]`, contiguous.
pub(crate) fn split_heads(qkv: &Tensor, batch: usize, heads: usize) -> TensorResult<[Tensor; 3]> {
    let (rows, width) = qkv.dims2()?;
    if batch == 0 || heads == 0 || rows % batch != 0 || width % (3 * heads) != 0 {
        candle_core::bail!("attention: {rows} x {width} does not divide into {batch} sequences and {heads} heads");
    }
    let all = qkv.reshape((batch, rows / batch, 3, heads, width / 3 / heads))?;
    let all = all.permute((2, 0, 3, 1, 4))?.contiguous()?;
    Ok([all.get(0)?, all.get(1)?, all.get(2)?])
}

/// The reverse: `n` tensors `[B, h, T, d]` to `[B * T, n h d]`.
pub(crate) fn join_heads(parts: &[&Tensor]) -> TensorResult<Tensor> {
    let (b, h, t, d) = parts.first().map_or_else(|| candle_core::bail!("no heads to join"), |p| p.dims4())?;
    let moved: Vec<Tensor> = parts.iter().map(|p| p.transpose(1, 2)).collect::<TensorResult<_>>()?;
    let flat: Vec<Tensor> = moved.iter().map(|p| p.reshape((b * t, h * d))).collect::<TensorResult<_>>()?;
    if flat.len() == 1 { Ok(flat[0].clone()) } else { Tensor::cat(&flat, 1) }
}
