//! Linear layers.

use super::Weight;
use super::affine::affine;
use crate::Result;
use candle_core::Tensor;

/// `y = x W^T + b`, differentiable in whatever tracks: the input, and weights that are trainable.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Weight,
    bias: Option<Weight>,
}

impl Linear {
    /// `weight` is `[O, I]`, `bias` is `[O]`.
    pub fn new(weight: Weight, bias: Option<Weight>) -> Self {
        Self { weight, bias }
    }

    /// `x W^T` for a weight `[O, I]` that is computed on the way.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn apply(weight: &Tensor, x: &Tensor) -> Result<Tensor> {
        Ok(affine(x, weight, None)?)
    }

    /// `[.., I]` to `[.., O]`.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        Ok(affine(x, self.weight.tensor(), self.bias.as_ref().map(Weight::tensor))?)
    }
}

/// Several linear layers of the same input, with bias, computed as one product; their outputs lie side by side.
#[derive(Clone, Debug)]
pub struct JoinedLinear {
    parts: Vec<(Weight, Weight)>,
    /// The parts laid together once, where none of them can change.
    whole: Option<(Tensor, Tensor)>,
}

impl JoinedLinear {
    /// From `(weight [O_i, I], bias [O_i])` in the order of the outputs.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn new(parts: Vec<(Weight, Weight)>) -> Result<Self> {
        let frozen = parts.iter().all(|(w, b)| !w.tensor().track_op() && !b.tensor().track_op());
        if frozen {
            let whole = Some(join(&parts)?);
            return Ok(Self { parts: Vec::new(), whole });
        }
        Ok(Self { parts, whole: None })
    }

    /// `[.., I]` to `[.., sum of O_i]`.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match &self.whole {
            Some((w, b)) => Ok(affine(x, w, Some(b))?),
            None => {
                let (w, b) = join(&self.parts)?;
                Ok(affine(x, &w, Some(&b))?)
            }
        }
    }
}

fn join(parts: &[(Weight, Weight)]) -> candle_core::Result<(Tensor, Tensor)> {
    let weights: Vec<&Tensor> = parts.iter().map(|(w, _)| w.tensor()).collect();
    let biases: Vec<&Tensor> = parts.iter().map(|(_, b)| b.tensor()).collect();
    Ok((Tensor::cat(&weights, 0)?, Tensor::cat(&biases, 0)?))
}
