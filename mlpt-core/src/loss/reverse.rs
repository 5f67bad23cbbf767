//! Reverse cross-entropy, the passive part of two of the losses.

use candle_core::{D, Result, Tensor};

/// What stands for the logarithm of 0, `A` in the papers.
pub(super) const LOG_OF_ZERO: f64 = -4.0;

/// `mean_b -sum_c p[b, c] max(log t[b, c], -4)` for probabilities and target distributions
/// `[B, C]`: cross-entropy with the two exchanged. For a label `y` it is `4 (1 - p[b, y])`, and so
/// it lies between 0 and 4.
///
/// The papers put a number `A` for `log 0` alone. Here it is the least value that a logarithm has, so
/// that a target of 1e-30 does not weigh more than one of 0.
pub(super) fn mean(p: &Tensor, targets: &Tensor) -> Result<Tensor> {
    (p * targets.log()?.maximum(LOG_OF_ZERO)?)?.sum(D::Minus1)?.mean_all()?.neg()
}
