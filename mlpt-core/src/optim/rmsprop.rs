//! RMSprop, with momentum.

use super::slots::{Slots, gradients};
use super::{OptimConfig, Optimizer};
use crate::Result;
use crate::prompt::NamedVar;
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use std::collections::BTreeMap;

const EPSILON: f64 = 1e-8;

/// RMSprop (Hinton, Srivastava & Swersky 2012, lecture 6e) with L2 weight decay in the gradient: the
/// gradient over the root of its mean square, which is smoothed by alpha; then momentum on that.
#[derive(Debug)]
pub struct RmsProp {
    parameters: Vec<NamedVar>,
    weight_decay: f64,
    alpha: f64,
    momentum: f64,
    moments: Slots<2>,
}

impl RmsProp {
    /// Reads `WEIGHT_DECAY`, `RMSPROP_ALPHA` and `MOMENTUM`.
    pub fn new(config: &OptimConfig, parameters: Vec<NamedVar>) -> Self {
        Self {
            weight_decay: config.weight_decay,
            alpha: config.rmsprop_alpha,
            momentum: config.momentum,
            moments: Slots::new(["mean_square", "momentum"], parameters.len()),
            parameters,
        }
    }

    fn update(&mut self, index: usize, mut gradient: Tensor, lr: f64) -> Result<()> {
        let var = self.parameters[index].var.clone();
        let weight = var.as_detached_tensor();
        if self.weight_decay != 0.0 {
            gradient = (gradient + weight.affine(self.weight_decay, 0.0)?)?;
        }
        let [square, buffer] = match self.moments.get(index) {
            Some(old) => old.clone(),
            None => [gradient.zeros_like()?, gradient.zeros_like()?],
        };
        let square = (square.affine(self.alpha, 0.0)? + gradient.sqr()?.affine(1.0 - self.alpha, 0.0)?)?;
        let direction = (gradient / square.sqrt()?.affine(1.0, EPSILON)?)?;
        let buffer = (buffer.affine(self.momentum, 0.0)? + direction)?;
        var.set(&(weight + buffer.affine(-lr, 0.0)?)?)?;
        self.moments.set(index, [square, buffer]);
        Ok(())
    }
}

impl Optimizer for RmsProp {
    fn step(&mut self, grads: &GradStore, lr: f64) -> Result<()> {
        for (index, gradient) in gradients(&self.parameters, grads)?.into_iter().enumerate() {
            self.update(index, gradient, lr)?;
        }
        Ok(())
    }

    fn parameters(&self) -> &[NamedVar] {
        &self.parameters
    }

    fn state(&self) -> BTreeMap<String, Tensor> {
        self.moments.save(&self.parameters)
    }

    fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        self.moments.load(&self.parameters, state, &[])
    }
}
