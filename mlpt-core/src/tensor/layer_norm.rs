//! Layer normalisation over the last dimension.

use super::graft::{Backward, graft};
use super::{Weight, kernel};
use crate::Result;
use candle_core::{D, DType, Tensor};

/// `(x - mean) / sqrt(var + eps) * weight + bias`, differentiable in whatever tracks.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    weight: Weight,
    bias: Weight,
    eps: f64,
}

impl LayerNorm {
    /// `weight` and `bias` are `[D]`.
    pub fn new(weight: Weight, bias: Weight, eps: f64) -> Self {
        Self { weight, bias, eps }
    }

    /// `[.., D]` to `[.., D]`.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (weight, bias, eps) = (self.weight.tensor(), self.bias.tensor(), self.eps);
        let value = value(&x.detach(), &weight.detach(), &bias.detach(), eps)?;
        Ok(graft(&[x, weight, bias], value, move |b| backward(&b, eps))?)
    }
}

fn value(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f64) -> candle_core::Result<Tensor> {
    if !kernel::fits(x) {
        // Never in half precision, whatever the tower computes in.
        let dtype = if matches!(x.dtype(), DType::F16 | DType::BF16) { DType::F32 } else { x.dtype() };
        let [wide, weight, bias] = [x, weight, bias].map(|t| t.to_dtype(dtype).and_then(|t| t.contiguous()));
        return candle_nn::ops::layer_norm(&wide?, &weight?, &bias?, eps as f32)?.to_dtype(x.dtype());
    }
    let (w, b): (Vec<f32>, Vec<f32>) = (weight.to_vec1()?, bias.to_vec1()?);
    kernel::map(x, w.len(), |_, x, out| {
        let (mean, scale) = moments(x, eps as f32);
        for (((o, x), w), b) in out.iter_mut().zip(x).zip(&w).zip(&b) {
            *o = (x - mean) * scale * w + b;
        }
    })
}

/// The mean, and one over the standard deviation.
#[inline(always)]
fn moments(x: &[f32], eps: f32) -> (f32, f32) {
    let n = x.len() as f32;
    let mean = kernel::sum_by(x, x, |a, _| a) / n;
    let var = kernel::sum_by(x, x, |a, _| (a - mean) * (a - mean)) / n;
    (mean, 1.0 / (var + eps).sqrt())
}

fn backward(b: &Backward<'_>, eps: f64) -> candle_core::Result<Vec<Option<Tensor>>> {
    let (x, weight) = (&b.inputs[0], &b.inputs[1]);
    let for_x = if b.wanted[0] { Some(grad_x(x, weight, b.grad, eps)?) } else { None };
    let (for_weight, for_bias) = if b.wanted[1] || b.wanted[2] {
        let both = grad_affine(x, b.grad, eps)?;
        (Some(both.get(0)?), Some(both.get(1)?))
    } else {
        (None, None)
    };
    Ok(vec![for_x, for_weight, for_bias])
}

/// With `h = g * w` and `n` the normalised input: `(h - mean(h) - n mean(h n)) / std`.
fn grad_x(x: &Tensor, weight: &Tensor, grad: &Tensor, eps: f64) -> candle_core::Result<Tensor> {
    if !kernel::fits(x) {
        let (n, scale) = normalised(x, eps)?;
        let h = grad.to_dtype(DType::F32)?.broadcast_mul(&weight.to_dtype(DType::F32)?)?;
        let mean = h.mean_keepdim(D::Minus1)?;
        let along = (&h * &n)?.mean_keepdim(D::Minus1)?;
        let inner = (h.broadcast_sub(&mean)? - n.broadcast_mul(&along)?)?;
        return inner.broadcast_mul(&scale)?.to_dtype(x.dtype());
    }
    let w: Vec<f32> = weight.to_vec1()?;
    kernel::zip(x, grad, w.len(), |x, g, out| {
        let (mean, scale) = moments(x, eps as f32);
        for ((o, g), w) in out.iter_mut().zip(g).zip(&w) {
            *o = g * w;
        }
        let size = x.len() as f32;
        let first = kernel::sum_by(out, out, |a, _| a) / size;
        let second = kernel::sum_by(out, x, |a, x| a * (x - mean)) * scale / size;
        for (o, x) in out.iter_mut().zip(x) {
            *o = scale * (*o - first - (x - mean) * scale * second);
        }
    })
}

/// `[2, D]`: the gradients of weight and bias, summed over the rows.
fn grad_affine(x: &Tensor, grad: &Tensor, eps: f64) -> candle_core::Result<Tensor> {
    let size = x.dim(D::Minus1)?;
    if !kernel::fits(x) {
        let (n, _) = normalised(x, eps)?;
        let g = grad.to_dtype(DType::F32)?;
        let rows = x.elem_count() / size.max(1);
        let weight = (&g * n)?.reshape((rows, size))?.sum(0)?;
        return Tensor::stack(&[weight, g.reshape((rows, size))?.sum(0)?], 0)?.to_dtype(x.dtype());
    }
    let sums = kernel::fold(x, grad, size, 2 * size, |x, g, sums| {
        let (mean, scale) = moments(x, eps as f32);
        let (weight, bias) = sums.split_at_mut(size);
        for (((w, b), x), g) in weight.iter_mut().zip(bias).zip(x).zip(g) {
            *w += g * (x - mean) * scale;
            *b += g;
        }
    })?;
    sums.reshape((2, size))
}

/// The normalised input and one over the standard deviation, in f32.
fn normalised(x: &Tensor, eps: f64) -> candle_core::Result<(Tensor, Tensor)> {
    let x = x.to_dtype(DType::F32)?;
    let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let scale = (centred.sqr()?.mean_keepdim(D::Minus1)? + eps)?.sqrt()?.recip()?;
    Ok((centred.broadcast_mul(&scale)?, scale))
}
