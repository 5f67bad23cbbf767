//! RMSprop, with momentum.

use super::OptimConfig;
use super::rule::{EPSILON, Rule, decayed, smoothed};
use candle_core::{Result, Tensor};

/// RMSprop (Hinton, Srivastava & Swersky 2012, lecture 6e) with L2 weight decay in the gradient: the
/// gradient over the root of its mean square, which is smoothed by alpha; then momentum on that.
#[derive(Debug)]
pub(super) struct RmsProp {
    weight_decay: f64,
    alpha: f64,
    momentum: f64,
}

impl RmsProp {
    /// Reads `WEIGHT_DECAY`, `RMSPROP_ALPHA` and `MOMENTUM`.
    pub(super) fn new(config: &OptimConfig) -> Self {
        Self { weight_decay: config.weight_decay, alpha: config.rmsprop_alpha, momentum: config.momentum }
    }
}

impl Rule<2> for RmsProp {
    const KINDS: [&'static str; 2] = ["mean_square", "momentum"];

    fn update(
        &self,
        weight: Tensor,
        gradient: Tensor,
        kept: Option<&[Tensor; 2]>,
        lr: f64,
    ) -> Result<(Tensor, Option<[Tensor; 2]>)> {
        let gradient = decayed(gradient, &weight, self.weight_decay)?;
        let zeros = gradient.zeros_like()?;
        let [square, buffer] = kept.map_or([&zeros, &zeros], |kept| kept.each_ref());
        let square = smoothed(square, &gradient.sqr()?, self.alpha)?;
        let direction = (gradient / square.sqrt()?.affine(1.0, EPSILON)?)?;
        let buffer = (buffer.affine(self.momentum, 0.0)? + direction)?;
        let weight = (weight + buffer.affine(-lr, 0.0)?)?;
        Ok((weight, Some([square, buffer])))
    }
}
