//! The loss on images whose label is set aside.

use super::check;
use super::cross_entropy::log_probabilities;
use crate::Result;
use candle_core::Tensor;

/// The mean over images and classes of `(softmax(logits) - targets)^2` (a scalar), for logits and
/// target distributions `[B, C]`: `L_u` of MixMatch (Berthelot et al. 2019, eq. 4) and DivideMix
/// (Li et al. 2020, eq. 10). Bounded, and so forgiving of wrong guesses. As the mean is over the
/// classes too, its scale falls with `1 / C`.
///
/// # Errors
/// When a shape does not fit.
pub fn mse_probs(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let (batch, classes) = check::logits(logits)?;
    let targets = check::targets(targets, batch, classes)?;
    Ok((log_probabilities(logits)?.exp()? - targets)?.sqr()?.mean_all()?)
}
