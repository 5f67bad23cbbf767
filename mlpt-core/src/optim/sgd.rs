//! Stochastic gradient descent with momentum.

use super::slots::{Slots, gradients};
use super::{OptimConfig, Optimizer};
use crate::Result;
use crate::prompt::NamedVar;
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use std::collections::BTreeMap;

/// SGD as PyTorch defines it. With gradient `g`, weight decay `d`, momentum `m`, dampening `a`:
/// `g += d w`; `b = g` in the first step, then `b = m b + (1 - a) g`; `w -= lr b`, or with
/// Nesterov's momentum `w -= lr (g + m b)` (Sutskever et al. 2013, eq. 3 and 4, rearranged).
#[derive(Debug)]
pub struct Sgd {
    parameters: Vec<NamedVar>,
    weight_decay: f64,
    momentum: f64,
    dampening: f64,
    nesterov: bool,
    buffers: Slots<1>,
}

impl Sgd {
    /// Reads `WEIGHT_DECAY`, `MOMENTUM`, `SGD_DAMPNING` and `SGD_NESTEROV`.
    pub fn new(config: &OptimConfig, parameters: Vec<NamedVar>) -> Self {
        Self {
            weight_decay: config.weight_decay,
            momentum: config.momentum,
            dampening: config.sgd_dampening,
            nesterov: config.sgd_nesterov,
            buffers: Slots::new(["momentum"], parameters.len()),
            parameters,
        }
    }

    /// The direction in which to walk, from a gradient with weight decay in it.
    fn direction(&mut self, index: usize, gradient: Tensor) -> candle_core::Result<Tensor> {
        if self.momentum == 0.0 {
            return Ok(gradient);
        }
        let buffer = match self.buffers.get(index) {
            Some([old]) => (old.affine(self.momentum, 0.0)? + gradient.affine(1.0 - self.dampening, 0.0)?)?,
            None => gradient.clone(),
        };
        self.buffers.set(index, [buffer.clone()]);
        if self.nesterov { gradient + buffer.affine(self.momentum, 0.0)? } else { Ok(buffer) }
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, grads: &GradStore, lr: f64) -> Result<()> {
        for (index, mut gradient) in gradients(&self.parameters, grads)?.into_iter().enumerate() {
            let var = self.parameters[index].var.clone();
            let weight = var.as_detached_tensor();
            if self.weight_decay != 0.0 {
                gradient = (gradient + weight.affine(self.weight_decay, 0.0)?)?;
            }
            let direction = self.direction(index, gradient)?;
            var.set(&(weight + direction.affine(-lr, 0.0)?)?)?;
        }
        Ok(())
    }

    fn parameters(&self) -> &[NamedVar] {
        &self.parameters
    }

    fn state(&self) -> BTreeMap<String, Tensor> {
        self.buffers.save(&self.parameters)
    }

    fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        self.buffers.load(&self.parameters, state, &[])
    }
}
