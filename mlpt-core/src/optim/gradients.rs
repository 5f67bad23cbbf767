//! Are the gradients there, are they numbers, and are they too long?

use crate::prompt::NamedVar;
use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor};

/// The Euclidean norm of the gradient over all parameters.
///
/// # Errors
/// The name of the first parameter whose gradient is missing, or holds a value that is not finite.
pub fn check_gradients(parameters: &[NamedVar], grads: &GradStore) -> Result<f64, String> {
    let mut total = 0.0;
    for parameter in parameters {
        let squares = grads.get(parameter.var.as_tensor()).and_then(|g| sum_of_squares(g).ok());
        match squares {
            Some(s) if s.is_finite() => total += s,
            _ => return Err(parameter.name.clone()),
        }
    }
    Ok(total.sqrt())
}

/// Scales the gradients of all parameters down together so that their norm, which
/// [`check_gradients`] gave, is at most `limit`; a `limit` of 0 is none (Pascanu et al., ICML 2013).
///
/// # Errors
/// When a tensor operation fails.
pub fn clip_gradients(parameters: &[NamedVar], grads: &mut GradStore, norm: f64, limit: f64) -> crate::Result<()> {
    if limit <= 0.0 || norm <= limit {
        return Ok(());
    }
    for parameter in parameters {
        if let Some(gradient) = grads.remove(parameter.var.as_tensor()) {
            grads.insert(parameter.var.as_tensor(), (gradient * (limit / norm))?);
        }
    }
    Ok(())
}

/// In f64, where the square of no f32 overflows.
fn sum_of_squares(gradient: &Tensor) -> candle_core::Result<f64> {
    gradient.detach().to_dtype(DType::F64)?.sqr()?.sum_all()?.to_scalar()
}
