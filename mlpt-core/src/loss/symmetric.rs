//! Symmetric cross-entropy: Wang, Ma, Chen, Luo, Yi and Bailey, "Symmetric Cross Entropy for Robust
//! Learning with Noisy Labels", ICCV 2019.

use super::cross_entropy::log_probabilities;
use super::reverse;
use candle_core::{D, Result, Tensor};

/// `alpha CE + beta RCE` with `CE = -sum_c t_c log p_c` and `RCE = -sum_c p_c log t_c`, where
/// `log 0` is -4: the mean over images. For a label `y` that is
/// `-alpha log p_y + 4 beta (1 - p_y)`. Soft targets take the paper's own form, which is written for
/// distributions (see [`reverse::mean`] for their small entries).
pub(super) fn mean(logits: &Tensor, targets: &Tensor, alpha: f64, beta: f64) -> Result<Tensor> {
    let log_p = log_probabilities(logits)?;
    let forward = (&log_p * targets)?.sum(D::Minus1)?.mean_all()?;
    (forward * -alpha)? + (reverse::mean(&log_p.exp()?, targets)? * beta)?
}
