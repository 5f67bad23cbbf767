//! A convolution and the frozen batch norm behind it, as one.

use crate::Result;
use crate::clip::weights::{Init, Weights};
use crate::tensor::{Linear, Weight, Windows};
use candle_core::{DType, Tensor};

/// Added to the variance under the root: PyTorch's default.
const EPS: f64 = 1e-5;

/// A convolution without bias, then batch norm with running statistics. Both are linear, so one product with
/// rescaled weights and a bias does the work of both. Images lie as `[B, H, W, C]`, channels last, so that a
/// 1 x 1 convolution is a product without any copy.
#[derive(Clone, Debug)]
pub(super) struct Convolution {
    product: Linear,
    /// `None` where every pixel stands for itself.
    windows: Option<Windows>,
}

/// The shape of a convolution: `kernel` is 1 or 3, with padding 0 or 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
}

impl Convolution {
    /// From `CONV.weight` `[O, I, K, K]` and `NORM.{weight, bias, running_mean, running_var}` `[O]`. What is folded
    /// is computed in f32, whatever the tower computes in.
    pub(super) fn new(weights: &mut Weights, conv: &str, norm: &str, shape: Shape) -> Result<Self> {
        let Shape { inputs, outputs, kernel, stride } = shape;
        let dtype = weights.dtype();
        let mut get = |name: String, shape: &[usize], value: f64| -> Result<Tensor> {
            Ok(weights.get_as(&name, shape, Init::Constant(value), DType::F32)?.tensor().detach())
        };
        let weight = get(format!("{conv}.weight"), &[outputs, inputs, kernel, kernel], 0.0)?;
        let gain = get(format!("{norm}.weight"), &[outputs], 1.0)?;
        let bias = get(format!("{norm}.bias"), &[outputs], 0.0)?;
        let mean = get(format!("{norm}.running_mean"), &[outputs], 0.0)?;
        let variance = get(format!("{norm}.running_var"), &[outputs], 1.0)?;

        let scale = (gain / (variance + EPS)?.sqrt()?)?;
        let bias = (bias - (mean * &scale)?)?;
        // Columns in the order of a window: its pixels, and within a pixel its channels.
        let weight = weight.permute((0, 2, 3, 1))?.reshape((outputs, kernel * kernel * inputs))?;
        let weight = weight.broadcast_mul(&scale.reshape((outputs, 1))?)?;
        let frozen = |t: Tensor| -> Result<Weight> { Ok(Weight::Frozen(t.to_dtype(dtype)?)) };
        let windows = ((kernel, stride) != (1, 1)).then(|| Windows::new(kernel, stride));
        Ok(Self { product: Linear::new(frozen(weight)?, Some(frozen(bias)?)), windows })
    }

    /// `[B, H, W, I]` to `[B, H', W', O]`, where `H'` is `H / stride`, rounded up.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match &self.windows {
            None => self.product.forward(x),
            Some(windows) => windows.forward_with(x, |windows| self.product.forward(windows)),
        }
    }
}
