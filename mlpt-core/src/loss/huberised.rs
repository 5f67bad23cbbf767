//! Partially Huberised cross-entropy: Menon, Rawat, Reddi and Kumar, "Can Gradient Clipping Mitigate
//! Label Noise?", ICLR 2020.

use super::cross_entropy::log_probabilities;
use candle_core::{D, Result, Tensor};

/// `mean_b sum_c t[b, c] l(p[b, c])` with `l(p) = -log p` where `p > 1 / tau`, and its tangent
/// `log tau + 1 - tau p` below: what cross-entropy becomes when its slope in `p` is cut to `tau`. It
/// is at most `log tau + 1`. The paper's form is for labels; soft targets take its expectation.
pub(super) fn mean(logits: &Tensor, targets: &Tensor, tau: f64) -> Result<Tensor> {
    let log_p = log_probabilities(logits)?;
    let tangent = log_p.exp()?.affine(-tau, tau.ln() + 1.0)?;
    let likely = log_p.detach().gt(-tau.ln())?;
    (likely.where_cond(&log_p.neg()?, &tangent)? * targets)?.sum(D::Minus1)?.mean_all()
}
