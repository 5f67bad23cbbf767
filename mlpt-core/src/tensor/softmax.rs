//! Softmax over the last dimension, and the masked and scaled form that attention needs.

use super::graft::graft;
use super::kernel;
use crate::Result;
use candle_core::{D, Tensor};

/// Softmax over the last dimension, differentiable.
///
/// # Errors
/// When a tensor operation fails.
pub fn softmax(x: &Tensor) -> Result<Tensor> {
    attention_weights(x, 1.0, false)
}

/// `softmax(scale * scores)` over the keys; `scores` is `[.., L, K]`. With `causal`, query `i`
/// sees the first `K - L + i + 1` keys and the weight of every other key is exactly 0.
///
/// # Errors
/// When a tensor operation fails.
pub fn attention_weights(scores: &Tensor, scale: f64, causal: bool) -> Result<Tensor> {
    let value = attention_weights_value(&scores.detach(), scale, causal)?;
    Ok(graft(&[scores], value, move |b| Ok(vec![Some(attention_weights_grad(b.value, b.grad, scale)?)]))?)
}

/// The value of [`attention_weights`], without a graph.
pub(crate) fn attention_weights_value(scores: &Tensor, scale: f64, causal: bool) -> candle_core::Result<Tensor> {
    let keys = scores.dim(D::Minus1)?;
    let queries = if causal { scores.dim(D::Minus2)? } else { 1 };
    if !kernel::fits(scores) {
        let scaled = (scores * scale)?;
        let scaled = if causal { scaled.broadcast_add(&causal_mask(queries, keys, scores)?)? } else { scaled };
        return candle_nn::ops::softmax_last_dim(&scaled.contiguous()?);
    }
    let scale = scale as f32;
    kernel::map(scores, keys, |row, x, out| {
        let seen = if causal { (keys + row % queries + 1).saturating_sub(queries) } else { keys };
        let (x, out) = (&x[..seen], &mut out[..seen]);
        let top = x.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
        for (o, &x) in out.iter_mut().zip(x) {
            *o = kernel::exp((x - top) * scale);
        }
        let inverse = 1.0 / kernel::sum_by(out, out, |a, _| a);
        for o in out {
            *o *= inverse;
        }
    })
}

/// The gradient for the scores from the weights and their gradient: `scale * y * (g - sum(g * y))`.
pub(crate) fn attention_weights_grad(weights: &Tensor, grad: &Tensor, scale: f64) -> candle_core::Result<Tensor> {
    let keys = weights.dim(D::Minus1)?;
    if !kernel::fits(weights) {
        let product = (weights * grad)?;
        let total = product.sum_keepdim(D::Minus1)?;
        return (product - weights.broadcast_mul(&total)?)? * scale;
    }
    let scale = scale as f32;
    kernel::zip(weights, grad, keys, |y, g, out| {
        let total = kernel::sum_by(y, g, |a, b| a * b);
        for ((o, y), g) in out.iter_mut().zip(y).zip(g) {
            *o = scale * y * (g - total);
        }
    })
}

fn causal_mask(queries: usize, keys: usize, like: &Tensor) -> candle_core::Result<Tensor> {
    let seen = |i: usize| (keys + i + 1).saturating_sub(queries);
    let mask: Vec<f32> =
        (0..queries * keys).map(|n| if n % keys < seen(n / keys) { 0.0 } else { f32::NEG_INFINITY }).collect();
    Tensor::from_vec(mask, (queries, keys), like.device())?.to_dtype(like.dtype())
}
