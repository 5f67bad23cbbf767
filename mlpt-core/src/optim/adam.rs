//! Adam, and Adam with decoupled weight decay.

use super::slots::{Slots, gradients};
use super::{OptimConfig, Optimizer};
use crate::Result;
use crate::prompt::NamedVar;
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use std::collections::BTreeMap;

const EPSILON: f64 = 1e-8;

/// Adam (Kingma & Ba 2015, algorithm 1) with L2 weight decay in the gradient, or AdamW (Loshchilov
/// & Hutter 2019, algorithm 2), which shrinks the weights by `1 - lr * decay` instead.
#[derive(Debug)]
pub struct Adam {
    parameters: Vec<NamedVar>,
    weight_decay: f64,
    decoupled: bool,
    betas: (f64, f64),
    moments: Slots<3>,
}

impl Adam {
    /// Adam: reads `WEIGHT_DECAY`, `ADAM_BETA1` and `ADAM_BETA2`.
    pub fn new(config: &OptimConfig, parameters: Vec<NamedVar>) -> Self {
        Self {
            weight_decay: config.weight_decay,
            decoupled: false,
            betas: (config.adam_beta1, config.adam_beta2),
            moments: Slots::new(["first_moment", "second_moment", "steps"], parameters.len()),
            parameters,
        }
    }

    /// AdamW: the same keys.
    pub fn decoupled(config: &OptimConfig, parameters: Vec<NamedVar>) -> Self {
        Self { decoupled: true, ..Self::new(config, parameters) }
    }

    fn update(&mut self, index: usize, mut gradient: Tensor, lr: f64) -> Result<()> {
        let var = self.parameters[index].var.clone();
        let (beta1, beta2) = self.betas;
        let mut weight = var.as_detached_tensor();
        if self.decoupled {
            weight = weight.affine(1.0 - lr * self.weight_decay, 0.0)?;
        } else if self.weight_decay != 0.0 {
            gradient = (gradient + weight.affine(self.weight_decay, 0.0)?)?;
        }
        let [first, second, steps] = match self.moments.get(index) {
            Some(old) => old.clone(),
            None => [gradient.zeros_like()?, gradient.zeros_like()?, Tensor::new(0f32, gradient.device())?],
        };
        let first = (first.affine(beta1, 0.0)? + gradient.affine(1.0 - beta1, 0.0)?)?;
        let second = (second.affine(beta2, 0.0)? + gradient.sqr()?.affine(1.0 - beta2, 0.0)?)?;
        // f32 counts exactly to 2^24 steps.
        let t = steps.to_scalar::<f32>()? + 1.0;
        let (correction1, correction2) = (1.0 - beta1.powf(t.into()), 1.0 - beta2.powf(t.into()));
        let scale = second.sqrt()?.affine(1.0 / correction2.sqrt(), EPSILON)?;
        var.set(&(weight + (&first / scale)?.affine(-lr / correction1, 0.0)?)?)?;
        self.moments.set(index, [first, second, Tensor::new(t, var.device())?]);
        Ok(())
    }
}

impl Optimizer for Adam {
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
        self.moments.load(&self.parameters, state, &["steps"])
    }
}
