//! AMSGrad.

use super::slots::{Slots, gradients};
use super::{OptimConfig, Optimizer};
use crate::Result;
use crate::prompt::NamedVar;
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use std::collections::BTreeMap;

const EPSILON: f64 = 1e-8;

/// AMSGrad (Reddi, Kale & Kumar 2018, algorithm 2) with Adam's bias correction and L2 weight decay in the
/// gradient: Adam, whose second moment is the largest so far.
#[derive(Debug)]
pub struct AmsGrad {
    parameters: Vec<NamedVar>,
    weight_decay: f64,
    betas: (f64, f64),
    moments: Slots<4>,
}

impl AmsGrad {
    /// Reads `WEIGHT_DECAY`, `ADAM_BETA1` and `ADAM_BETA2`.
    pub fn new(config: &OptimConfig, parameters: Vec<NamedVar>) -> Self {
        Self {
            weight_decay: config.weight_decay,
            betas: (config.adam_beta1, config.adam_beta2),
            moments: Slots::new(["first_moment", "second_moment", "largest", "steps"], parameters.len()),
            parameters,
        }
    }

    fn update(&mut self, index: usize, mut gradient: Tensor, lr: f64) -> Result<()> {
        let var = self.parameters[index].var.clone();
        let (beta1, beta2) = self.betas;
        let weight = var.as_detached_tensor();
        if self.weight_decay != 0.0 {
            gradient = (gradient + weight.affine(self.weight_decay, 0.0)?)?;
        }
        let [first, second, largest, steps] = match self.moments.get(index) {
            Some(old) => old.clone(),
            None => {
                let zeros = gradient.zeros_like()?;
                [zeros.clone(), zeros.clone(), zeros, Tensor::new(0f32, gradient.device())?]
            }
        };
        let first = (first.affine(beta1, 0.0)? + gradient.affine(1.0 - beta1, 0.0)?)?;
        let second = (second.affine(beta2, 0.0)? + gradient.sqr()?.affine(1.0 - beta2, 0.0)?)?;
        let largest = largest.maximum(&second)?;
        let t = steps.to_scalar::<f32>()? + 1.0;
        let (correction1, correction2) = (1.0 - beta1.powf(t.into()), 1.0 - beta2.powf(t.into()));
        let scale = largest.sqrt()?.affine(1.0 / correction2.sqrt(), EPSILON)?;
        var.set(&(weight + (&first / scale)?.affine(-lr / correction1, 0.0)?)?)?;
        self.moments.set(index, [first, second, largest, Tensor::new(t, var.device())?]);
        Ok(())
    }
}

impl Optimizer for AmsGrad {
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
