//! Mean absolute error of probabilities: Ghosh, Kumar and Sastry, "Robust Loss Functions under Label
//! Noise for Deep Neural Networks", AAAI 2017.

use super::cross_entropy::log_probabilities;
use candle_core::{D, Result, Tensor};

/// `mean_b sum_c |p[b, c] - t[b, c]|`, from 0 to 2. For a label `y` that is `2 - 2 p_y`. Soft targets
/// take the paper's own form, the distance to the target, which is least at the target itself; the
/// expectation over the target would be least at its greatest entry.
pub(super) fn mean(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    (log_probabilities(logits)?.exp()? - targets)?.abs()?.sum(D::Minus1)?.mean_all()
}
