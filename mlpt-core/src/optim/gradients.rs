//! Are the gradients there, and are they numbers?

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

/// In f64, where the square of no f32 overflows.
fn sum_of_squares(gradient: &Tensor) -> candle_core::Result<f64> {
    gradient.detach().to_dtype(DType::F64)?.sqr()?.sum_all()?.to_scalar()
}
