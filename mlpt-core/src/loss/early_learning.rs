//! Early-learning regularisation: Liu, Niles-Weed, Razavian and Fernandez-Granda, "Early-Learning
//! Regularization Prevents Memorization of Noisy Labels", NeurIPS 2020.

use super::cross_entropy::log_probabilities;
use candle_core::{D, Result, Tensor};

/// Probabilities are kept this far from 0 and 1, as in the authors' code. It also keeps
/// `1 - <t, p>` at this number or above.
pub(super) const MARGIN: f64 = 1e-4;

/// `softmax(logits)` in f32 between [`MARGIN`] and 1 less it, differentiable; where it is cut off, the
/// gradient is 0.
pub(super) fn probabilities(logits: &Tensor) -> Result<Tensor> {
    log_probabilities(logits)?.exp()?.clamp(MARGIN, 1.0 - MARGIN)
}

/// `mean_b log(1 - <t[b], p[b]>)` for running means `t` `[B, C]`, which are constants: 0 where nothing
/// is remembered, and the less, the more the prediction agrees with what was predicted before.
pub(super) fn regularizer(logits: &Tensor, means: &Tensor) -> Result<Tensor> {
    (probabilities(logits)? * means)?.sum(D::Minus1)?.affine(-1.0, 1.0)?.log()?.mean_all()
}
