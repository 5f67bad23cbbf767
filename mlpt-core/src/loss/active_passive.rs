//! An active-passive loss: Ma, Huang, Wang, Romano, Erfani and Bailey, "Normalized Loss Functions for
//! Deep Learning with Noisy Labels", ICML 2020: normalised and reverse cross-entropy.

use super::cross_entropy::log_probabilities;
use super::reverse;
use candle_core::{D, Result, Tensor};

/// Keeps 0 / 0 away where there is but one class. With two classes the denominator is 2 log 2 at
/// least, which this does not change in f32.
const TINY: f64 = 1e-12;

/// `alpha NCE + beta RCE`: the mean over images of `NCE = sum_c t_c log p_c / sum_c log p_c`, from 0
/// to 1, and of reverse cross-entropy, `4 (1 - p_y)` for a label `y`. Soft targets take the papers'
/// own forms; in NCE that is the expectation over the target too.
pub(super) fn mean(logits: &Tensor, targets: &Tensor, alpha: f64, beta: f64) -> Result<Tensor> {
    let log_p = log_probabilities(logits)?;
    let all = log_p.sum(D::Minus1)?.affine(-1.0, TINY)?;
    let active = ((&log_p * targets)?.sum(D::Minus1)?.neg()? / all)?.mean_all()?;
    (active * alpha)? + (reverse::mean(&log_p.exp()?, targets)? * beta)?
}
