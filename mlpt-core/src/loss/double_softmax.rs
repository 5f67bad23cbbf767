//! Cross-entropy of a softmax of a softmax.

use super::cross_entropy;
use candle_core::{Result, Tensor};

/// `-mean_b sum_c t[b, c] log s[b, c]` with `s = softmax(softmax(logits))`. It is what a network that
/// ends in a softmax gets from a cross-entropy that takes logits. As the inner probabilities lie
/// between 0 and 1, the loss lies between `log(e + C - 1) - 1` and `log(e + C - 1)`: bounded, as the
/// losses that bear wrong labels are. It has no paper of its own; soft targets take the expectation.
pub(super) fn mean(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    cross_entropy::soft(&cross_entropy::log_probabilities(logits)?.exp()?, targets)
}
