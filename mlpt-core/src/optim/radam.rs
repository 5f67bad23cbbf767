//! RAdam, in the form that Dassl brings along.

use super::OptimConfig;
use super::adam::Moments;
use super::rule::{EPSILON, Rule};
use candle_core::{Result, Tensor};

/// Below this length of the second moment's average its variance has no closed form.
const SHORTEST: f64 = 5.0;

/// Rectified Adam (Liu et al. 2020, algorithm 2) with decoupled weight decay. Before the rectification
/// is defined a step is that of SGD with momentum. PyTorch's own RAdam differs: its decay is in the
/// gradient, and it rectifies from above 5 on.
#[derive(Debug)]
pub(super) struct RAdam {
    weight_decay: f64,
    betas: (f64, f64),
}

impl RAdam {
    /// Reads `WEIGHT_DECAY`, `ADAM_BETA1` and `ADAM_BETA2`.
    pub(super) fn new(config: &OptimConfig) -> Self {
        Self { weight_decay: config.weight_decay, betas: (config.adam_beta1, config.adam_beta2) }
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
}

impl Rule<3> for RAdam {
    const KINDS: [&'static str; 3] = ["first_moment", "second_moment", "steps"];
    const SCALARS: &'static [&'static str] = &["steps"];

    fn update(
        &self,
        weight: Tensor,
        gradient: Tensor,
        kept: Option<&[Tensor; 3]>,
        lr: f64,
    ) -> Result<(Tensor, Option<[Tensor; 3]>)> {
        let weight = weight.affine(1.0 - lr * self.weight_decay, 0.0)?;
        let Moments { first, second, steps, t } =
            Moments::next(kept.map(|kept| kept.each_ref()), &gradient, self.betas)?;
        let rate = lr / (1.0 - self.betas.0.powf(t));
        let change = match self.rectification(t) {
            Some(factor) => (&first / second.sqrt()?.affine(1.0, EPSILON)?)?.affine(-rate * factor, 0.0)?,
            None => first.affine(-rate, 0.0)?,
        };
        Ok(((weight + change)?, Some([first, second, steps])))
    }
}
