//! RAdam, in the form that Dassl brings along.

use super::slots::{Slots, gradients};
use super::{OptimConfig, Optimizer};
use crate::Result;
use crate::prompt::NamedVar;
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use std::collections::BTreeMap;

const EPSILON: f64 = 1e-8;
/// Below this length of the second moment's average its variance has no closed form.
const SHORTEST: f64 = 5.0;

/// Rectified Adam (Liu et al. 2020, algorithm 2) with decoupled weight decay. Before the rectification
/// is defined a step is that of SGD with momentum. PyTorch's own RAdam differs: its decay is in the
/// gradient, and it rectifies from above 5 on.
#[derive(Debug)]
pub struct RAdam {
    parameters: Vec<NamedVar>,
    weight_decay: f64,
    betas: (f64, f64),
    moments: Slots<3>,
}

impl RAdam {
    /// Reads `WEIGHT_DECAY`, `ADAM_BETA1` and `ADAM_BETA2`.
    pub fn new(config: &OptimConfig, parameters: Vec<NamedVar>) -> Self {
        Self {
            weight_decay: config.weight_decay,
            betas: (config.adam_beta1, config.adam_beta2),
            moments: Slots::new(["first_moment", "second_moment", "steps"], parameters.len()),
            parameters,
        }
    }

    /// The factor of the rectified step `t`; `None` where it is not defined yet.
    fn rectification(&self, t: f64) -> Option<f64> {
        let beta2 = self.betas.1;
        let left = beta2.powf(t);
        let top = 2.0 / (1.0 - beta2) - 1.0;
        let length = top - 2.0 * t * left / (1.0 - left);
        let variance = (length - 4.0) / (top - 4.0) * (length - 2.0) / length * top / (top - 2.0);
        (length >= SHORTEST).then(|| ((1.0 - left) * variance).sqrt())
    }

    fn update(&mut self, index: usize, gradient: &Tensor, lr: f64) -> Result<()> {
        let var = self.parameters[index].var.clone();
        let (beta1, beta2) = self.betas;
        let weight = var.as_detached_tensor().affine(1.0 - lr * self.weight_decay, 0.0)?;
        let [first, second, steps] = match self.moments.get(index) {
            Some(old) => old.clone(),
            None => [gradient.zeros_like()?, gradient.zeros_like()?, Tensor::new(0f32, gradient.device())?],
        };
        let first = (first.affine(beta1, 0.0)? + gradient.affine(1.0 - beta1, 0.0)?)?;
        let second = (second.affine(beta2, 0.0)? + gradient.sqr()?.affine(1.0 - beta2, 0.0)?)?;
        let t = steps.to_scalar::<f32>()? + 1.0;
        let rate = lr / (1.0 - beta1.powf(t.into()));
        let change = match self.rectification(t.into()) {
            Some(factor) => (&first / second.sqrt()?.affine(1.0, EPSILON)?)?.affine(-rate * factor, 0.0)?,
            None => first.affine(-rate, 0.0)?,
        };
        var.set(&(weight + change)?)?;
        self.moments.set(index, [first, second, Tensor::new(t, var.device())?]);
        Ok(())
    }
}

impl Optimizer for RAdam {
    fn step(&mut self, grads: &GradStore, lr: f64) -> Result<()> {
        for (index, gradient) in gradients(&self.parameters, grads)?.into_iter().enumerate() {
            self.update(index, &gradient, lr)?;
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
