//! The activations of CLIP's feed-forward layers.

use super::graft::graft;
use super::kernel;
use crate::Result;
use candle_core::Tensor;
use serde::{Deserialize, Serialize};

/// Which activation a tower uses: `hidden_act` of its `config.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x * sigmoid(1.702 x)`: OpenAI's models.
    #[default]
    QuickGelu,
    /// `x * Phi(x)`: most of the others.
    Gelu,
}

impl Activation {
    /// Applies it, element by element; differentiable.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::QuickGelu => quick_gelu(x),
            Self::Gelu => Ok(x.gelu_erf()?),
        }
    }
}

const SLOPE: f32 = 1.702;

/// `x * sigmoid(1.702 x)`, differentiable.
///
/// # Errors
/// When a tensor operation fails.
pub fn quick_gelu(x: &Tensor) -> Result<Tensor> {
    let detached = x.detach();
    let value = if kernel::fits(x) {
        kernel::map(&detached, WIDTH.min(x.elem_count()), |_, x, out| {
            for (o, &x) in out.iter_mut().zip(x) {
                *o = x * sigmoid(SLOPE * x);
            }
        })?
    } else {
        (&detached * composed_sigmoid(&detached)?)?
    };
    Ok(graft(&[x], value, |b| Ok(vec![Some(grad(&b.inputs[0], b.grad)?)]))?)
}

/// Any width will do for an element-wise kernel.
const WIDTH: usize = 4096;

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + kernel::exp(-x))
}

fn composed_sigmoid(x: &Tensor) -> candle_core::Result<Tensor> {
    candle_nn::ops::sigmoid(&(x * f64::from(SLOPE))?)
}

fn grad(x: &Tensor, g: &Tensor) -> candle_core::Result<Tensor> {
    if kernel::fits(x) {
        return kernel::zip(x, g, WIDTH.min(x.elem_count()), |x, g, out| {
            for ((o, &x), &g) in out.iter_mut().zip(x).zip(g) {
                let s = sigmoid(SLOPE * x);
                *o = g * s * (1.0 + SLOPE * x * (1.0 - s));
            }
        });
    }
    let s = composed_sigmoid(x)?;
    let inner = ((x * (1.0 - &s)?)? * f64::from(SLOPE))?;
    g * (s * (inner + 1.0)?)?
}
