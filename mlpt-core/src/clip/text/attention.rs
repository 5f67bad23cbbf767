//! Attention of suffixes to their own group's prefix and to themselves.
//!
//! The prefix attends to itself, once per group. With `n` rows per group the queries of all rows
//! are folded into one product with the group's keys, so that keys and values are never copied
//! per row.

use super::layout::Layout;
use crate::Result;
use crate::tensor::{Attended, attention_weights_grad, attention_weights_value, graft, join_heads};
use candle_core::{Result as TensorResult, Tensor};
use std::sync::Arc;

/// `qkv [G P + N, 3 D]` to `[G P + N, D]`, or to `[N, D]` without `with_prefix`.
pub(super) fn prefix_attention(qkv: &Tensor, layout: &Arc<Layout>, heads: usize, with_prefix: bool) -> Result<Tensor> {
    let (pass, value) = Pass::forward(&qkv.detach(), layout.clone(), heads, with_prefix)?;
    Ok(graft(&[qkv], value, move |b| Ok(vec![Some(pass.backward(b.grad)?)]))?)
}

/// What the backward pass needs. Shapes: `F` groups of `n` rows (`F = G`, or `F = R` and `n = 1` where groups are
/// scattered), `h` heads of width `d`.
struct Pass {
    layout: Arc<Layout>,
    prefix: Attended,
    with_prefix: bool,
    /// Keys and values of the prefixes `[F h, P, d]`.
    shared: [Tensor; 2],
    /// Queries, keys, values of the suffixes `[F h n, L, d]`.
    own: [Tensor; 3],
    /// `[F h n, L, P + L]`.
    weights: Tensor,
    folds: Folds,
    scale: f64,
}

/// The sizes that products are reshaped to.
#[derive(Clone, Copy)]
struct Folds {
    groups: usize,
    each: usize,
    heads: usize,
    longest: usize,
    prefix: usize,
    size: usize,
}

impl Folds {
    /// `[R L, k h d]` to `k` tensors `[F h n, L, d]`.
    fn split(&self, x: &Tensor, parts: usize) -> TensorResult<Vec<Tensor>> {
        let x = x.reshape(&[self.groups, self.each, self.longest, parts, self.heads, self.size])?;
        let x = x.permute(vec![3, 0, 4, 1, 2, 5])?.contiguous()?;
        let shape = (self.groups * self.heads * self.each, self.longest, self.size);
        (0..parts).map(|i| x.get(i)?.reshape(shape)).collect()
    }

    /// The reverse for one tensor: `[F h n, L, d]` to `[R L, h d]`.
    fn join(&self, x: &Tensor) -> TensorResult<Tensor> {
        let x = x.reshape((self.groups, self.heads, self.each, self.longest, self.size))?;
        x.permute((0, 2, 3, 1, 4))?.reshape((self.groups * self.each * self.longest, self.heads * self.size))
    }

    /// `[F h n, L, K]` to `[F h, n L, K]`, all rows of a group together.
    fn fold(&self, x: &Tensor) -> TensorResult<Tensor> {
        x.reshape((self.groups * self.heads, self.each * self.longest, x.dim(2)?))
    }

    /// The reverse.
    fn unfold(&self, x: &Tensor) -> TensorResult<Tensor> {
        x.reshape((self.groups * self.heads * self.each, self.longest, x.dim(2)?))
    }

    /// Weights for the prefix `[F h, n L, P]` and for the suffix `[F h n, L, L]`.
    fn halves(&self, weights: &Tensor) -> TensorResult<(Tensor, Tensor)> {
        let shared = weights.narrow(2, 0, self.prefix)?.contiguous()?;
        Ok((self.fold(&shared)?, weights.narrow(2, self.prefix, self.longest)?.contiguous()?))
    }
}

impl Pass {
    fn forward(qkv: &Tensor, layout: Arc<Layout>, heads: usize, with_prefix: bool) -> TensorResult<(Self, Tensor)> {
        let head = layout.groups * layout.prefix;
        let prefix = Attended::forward(&qkv.narrow(0, 0, head)?.contiguous()?, layout.groups, heads, true)?;
        let size = prefix.k.dim(3)?;
        let groups = if layout.scattered.is_some() { layout.rows } else { layout.groups };
        let each = layout.rows / groups;
        let folds = Folds { groups, each, heads, longest: layout.longest, prefix: layout.prefix, size };

        let shared = |x: &Tensor| -> TensorResult<Tensor> {
            let x = match &layout.scattered {
                Some(rows) => x.index_select(rows, 0)?,
                None => x.clone(),
            };
            x.reshape((groups * heads, layout.prefix, size))
        };
        let shared = [shared(&prefix.k)?, shared(&prefix.v)?];

        let suffix = qkv.narrow(0, head, layout.tokens)?;
        let suffix = match &layout.padding {
            Some(padding) => padding.pad(&suffix.contiguous()?)?,
            None => suffix,
        };
        let [q, k, v] = <[Tensor; 3]>::try_from(folds.split(&suffix, 3)?)
            .map_err(|_| candle_core::Error::Msg("queries, keys and values are three".into()))?;

        let to_prefix = folds.unfold(&folds.fold(&q)?.matmul(&shared[0].t()?)?)?;
        let scores = Tensor::cat(&[&to_prefix, &q.matmul(&k.t()?)?], 2)?;
        let scale = 1.0 / (size as f64).sqrt();
        // Padding lies behind every real token, so that the causal mask hides it as well.
        let weights = attention_weights_value(&scores, scale, true)?;
        let (wide, own) = folds.halves(&weights)?;
        let y = (folds.unfold(&wide.matmul(&shared[1])?)? + own.matmul(&v)?)?;
        let y = folds.join(&y)?;
        let y = match &layout.padding {
            Some(padding) => padding.unpad(&y)?,
            None => y,
        };
        let value = if with_prefix { Tensor::cat(&[&prefix.output, &y], 0)? } else { y };
        Ok((Self { layout, prefix, with_prefix, shared, own: [q, k, v], weights, folds, scale }, value))
    }

    fn backward(&self, grad: &Tensor) -> TensorResult<Tensor> {
        let (layout, folds) = (&self.layout, &self.folds);
        let head = layout.groups * layout.prefix;
        let skipped = if self.with_prefix { head } else { 0 };
        let suffix = grad.narrow(0, skipped, layout.tokens)?.contiguous()?;
        let suffix = match &layout.padding {
            // Zeros in the padding: what it attended to gets no gradient from it.
            Some(padding) => padding.pad(&suffix)?,
            None => suffix,
        };
        let g = folds.split(&suffix, 1)?.swap_remove(0);
        let [q, k, v] = &self.own;
        let [shared_k, shared_v] = &self.shared;
        let (wide, own) = folds.halves(&self.weights)?;
        let folded = folds.fold(&g)?;
        let shared_dv = wide.t()?.matmul(&folded)?;
        let dv = own.t()?.matmul(&g)?;
        let dw = Tensor::cat(&[&folds.unfold(&folded.matmul(&shared_v.t()?)?)?, &g.matmul(&v.t()?)?], 2)?;
        let (wide, own) = folds.halves(&attention_weights_grad(&self.weights, &dw, self.scale)?)?;
        let shared_dk = wide.t()?.matmul(&folds.fold(q)?)?;
        let dq = (folds.unfold(&wide.matmul(shared_k)?)? + own.matmul(k)?)?;
        let dk = own.t()?.matmul(q)?;

        let own = Tensor::cat(&[folds.join(&dq)?, folds.join(&dk)?, folds.join(&dv)?], 1)?;
        let own = match &layout.padding {
            Some(padding) => padding.unpad(&own)?,
            None => own,
        };
        let (dk, dv) = (self.per_group(&shared_dk)?, self.per_group(&shared_dv)?);
        let prefix = if self.with_prefix {
            let [q, k, v] = self.prefix.grads(&grad.narrow(0, 0, head)?.contiguous()?)?;
            [q, (k + dk)?, (v + dv)?]
        } else {
            [dk.zeros_like()?, dk, dv]
        };
        let [q, k, v] = &prefix;
        Tensor::cat(&[join_heads(&[q, k, v])?, own], 0)
    }

    /// `[F h, P, d]` to `[G, h, P, d]`: rows of the same group add up.
    fn per_group(&self, grad: &Tensor) -> TensorResult<Tensor> {
        let f = &self.folds;
        let grad = grad.reshape((f.groups, f.heads, f.prefix, f.size))?;
        match &self.layout.scattered {
            Some(rows) => {
                let shape = (self.layout.groups, f.heads, f.prefix, f.size);
                Tensor::zeros(shape, grad.dtype(), grad.device())?.index_add(rows, &grad, 0)
            }
            None => Ok(grad),
        }
    }
}
