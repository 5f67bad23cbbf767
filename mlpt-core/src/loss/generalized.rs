//! Generalised cross-entropy: Zhang & Sabuncu, "Generalized Cross Entropy Loss for Training Deep
//! Neural Networks with Noisy Labels", NeurIPS 2018, eq. 6 (without truncation).

use super::cross_entropy::log_probabilities;
use candle_core::{D, Result, Tensor};

/// Added to every probability, as the published prompt-tuning code does. It also keeps the
/// gradient of `p^q` finite where p is 0.
const EPSILON: f64 = 1e-6;

/// `mean_b (1 - (p[b, y_b] + eps)^q) / q`, with labels as `[B, 1]`.
pub(super) fn hard(logits: &Tensor, index: &Tensor, q: f64) -> Result<Tensor> {
    terms(&log_probabilities(logits)?.gather(index, D::Minus1)?, q)?.mean_all()
}

/// `mean_b sum_c t[b, c] (1 - (p[b, c] + eps)^q) / q`: the hard form's expectation under `t`. The
/// published code has no form for soft targets (it fails); this is the natural one.
pub(super) fn soft(logits: &Tensor, targets: &Tensor, q: f64) -> Result<Tensor> {
    (terms(&log_probabilities(logits)?, q)? * targets)?.sum(D::Minus1)?.mean_all()
}

fn terms(log_p: &Tensor, q: f64) -> Result<Tensor> {
    log_p.exp()?.affine(1.0, EPSILON)?.powf(q)?.affine(-1.0 / q, 1.0 / q)
}
