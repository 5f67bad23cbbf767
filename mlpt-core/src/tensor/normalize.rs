//! Unit length.

use crate::Result;
use candle_core::{D, Tensor};

/// Rows of `x [.., E]` divided by their L2 length, differentiable. There is no epsilon, as in CLIP:
/// a row of zeros gives NaN.
///
/// # Errors
/// When a tensor operation fails.
pub fn normalize(x: &Tensor) -> Result<Tensor> {
    Ok(x.broadcast_div(&x.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?)?)
}
