//! Weights that learn and weights that do not.

use candle_core::{Tensor, Var};

/// A weight of a tower. Operations look at the tensor only: a [`Var`] tracks, so that its gradient is computed; a frozen tensor
/// does not, so that its gradient never is.
#[derive(Clone, Debug)]
pub enum Weight {
    /// Never changes.
    Frozen(Tensor),
    /// Changed by pre-training.
    Trainable(Var),
}

impl Weight {
    /// The tensor.
    pub fn tensor(&self) -> &Tensor {
        match self {
            Self::Frozen(t) => t,
            Self::Trainable(v) => v.as_tensor(),
        }
    }
}
