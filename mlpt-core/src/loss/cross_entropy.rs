//! Cross-entropy.

use super::check;
use crate::Result;
use candle_core::{D, DType, Tensor};

/// `log softmax` over classes in f32, differentiable. (candle's own takes the maximum into the
/// graph, where its gradient cancels.)
pub(super) fn log_probabilities(logits: &Tensor) -> candle_core::Result<Tensor> {
    let logits = logits.to_dtype(DType::F32)?;
    let shifted = logits.broadcast_sub(&logits.detach().max_keepdim(D::Minus1)?)?;
    shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)
}

/// `-mean_b log p[b, y_b]`, with labels as `[B, 1]`.
pub(super) fn hard(logits: &Tensor, index: &Tensor) -> candle_core::Result<Tensor> {
    log_probabilities(logits)?.gather(index, D::Minus1)?.mean_all()?.neg()
}

/// `-mean_b sum_c t[b, c] log p[b, c]`.
pub(super) fn soft(logits: &Tensor, targets: &Tensor) -> candle_core::Result<Tensor> {
    (log_probabilities(logits)? * targets)?.sum(D::Minus1)?.mean_all()?.neg()
}

/// The cross-entropy of each image: logits `[B, C]`, labels `[B]`; computed on the host in f64,
/// without a graph. This is what the mixture looks at, whatever loss is minimised.
///
/// # Errors
/// When a shape does not fit or a label is not below `C`.
pub fn per_sample_ce(logits: &Tensor, labels: &Tensor) -> Result<Vec<f64>> {
    let (batch, classes) = check::logits(logits)?;
    let labels = check::labels(labels, batch, classes)?;
    let rows: Vec<Vec<f64>> = logits.detach().to_dtype(DType::F64)?.to_vec2()?;
    let loss = |(row, &label): (&Vec<f64>, &u32)| {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.iter().map(|z| (z - top).exp()).sum::<f64>().ln() + top - row[label as usize]
    };
    Ok(rows.iter().zip(&labels).map(loss).collect())
}
