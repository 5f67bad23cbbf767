//! Adam, Adam with decoupled weight decay, and AMSGrad.

use super::OptimConfig;
use super::rule::{EPSILON, Rule, decayed, smoothed};
use candle_core::{Result, Tensor};

/// The moments of Adam's family after a step, with the number of steps.
pub(super) struct Moments {
    pub(super) first: Tensor,
    pub(super) second: Tensor,
    /// Number of steps; f32 counts exactly to 2^24.
    pub(super) steps: Tensor,
    /// The same number.
    pub(super) t: f64,
}

impl Moments {
    /// Smooths `gradient` and its square into what was kept: first and second moment, steps.
    pub(super) fn next(kept: Option<[&Tensor; 3]>, gradient: &Tensor, betas: (f64, f64)) -> Result<Self> {
        let (zeros, none) = (gradient.zeros_like()?, Tensor::new(0f32, gradient.device())?);
        let [first, second, steps] = kept.unwrap_or([&zeros, &zeros, &none]);
        let t = steps.to_scalar::<f32>()? + 1.0;
        Ok(Self {
            first: smoothed(first, gradient, betas.0)?,
            second: smoothed(second, &gradient.sqr()?, betas.1)?,
            steps: Tensor::new(t, gradient.device())?,
            t: t.into(),
        })
    }

    /// The bias-corrected step along the first moment over the root of `second`.
    fn change(&self, second: &Tensor, betas: (f64, f64), lr: f64) -> Result<Tensor> {
        let (correction1, correction2) = (1.0 - betas.0.powf(self.t), 1.0 - betas.1.powf(self.t));
        let scale = second.sqrt()?.affine(1.0 / correction2.sqrt(), EPSILON)?;
        (&self.first / scale)?.affine(-lr / correction1, 0.0)
    }
}

/// Adam (Kingma & Ba 2015, algorithm 1) with L2 weight decay in the gradient, or AdamW (Loshchilov
/// & Hutter 2019, algorithm 2), which shrinks the weights by `1 - lr * decay` instead.
#[derive(Debug)]
pub(super) struct Adam {
    weight_decay: f64,
    decoupled: bool,
    betas: (f64, f64),
}

impl Adam {
    /// Reads `WEIGHT_DECAY`, `ADAM_BETA1` and `ADAM_BETA2`.
    pub(super) fn new(config: &OptimConfig, decoupled: bool) -> Self {
        Self { weight_decay: config.weight_decay, decoupled, betas: (config.adam_beta1, config.adam_beta2) }
    }
}

impl Rule<3> for Adam {
    const KINDS: [&'static str; 3] = ["first_moment", "second_moment", "steps"];
    const SCALARS: &'static [&'static str] = &["steps"];

    fn update(
        &self,
        mut weight: Tensor,
        mut gradient: Tensor,
        kept: Option<&[Tensor; 3]>,
        lr: f64,
    ) -> Result<(Tensor, Option<[Tensor; 3]>)> {
        if self.decoupled {
            weight = weight.affine(1.0 - lr * self.weight_decay, 0.0)?;
        } else {
            gradient = decayed(gradient, &weight, self.weight_decay)?;
        }
        let moments = Moments::next(kept.map(|kept| kept.each_ref()), &gradient, self.betas)?;
        let weight = (weight + moments.change(&moments.second, self.betas, lr)?)?;
        Ok((weight, Some([moments.first, moments.second, moments.steps])))
    }
}

/// AMSGrad (Reddi, Kale & Kumar 2018, algorithm 2) with Adam's bias correction and L2 weight decay in the
/// gradient: Adam, whose second moment is the largest so far.
#[derive(Debug)]
pub(super) struct AmsGrad {
    weight_decay: f64,
    betas: (f64, f64),
}

impl AmsGrad {
    /// Reads `WEIGHT_DECAY`, `ADAM_BETA1` and `ADAM_BETA2`.
    pub(super) fn new(config: &OptimConfig) -> Self {
        Self { weight_decay: config.weight_decay, betas: (config.adam_beta1, config.adam_beta2) }
    }
}

impl Rule<4> for AmsGrad {
    const KINDS: [&'static str; 4] = ["first_moment", "second_moment", "largest", "steps"];
    const SCALARS: &'static [&'static str] = &["steps"];

    fn update(
        &self,
        weight: Tensor,
        gradient: Tensor,
        kept: Option<&[Tensor; 4]>,
        lr: f64,
    ) -> Result<(Tensor, Option<[Tensor; 4]>)> {
        let gradient = decayed(gradient, &weight, self.weight_decay)?;
        let old = kept.map(|[first, second, _, steps]| [first, second, steps]);
        let moments = Moments::next(old, &gradient, self.betas)?;
        let largest = match kept {
            Some([_, _, largest, _]) => largest.maximum(&moments.second)?,
            None => moments.second.clone(),
        };
        let weight = (weight + moments.change(&largest, self.betas, lr)?)?;
        Ok((weight, Some([moments.first, moments.second, largest, moments.steps])))
    }
}
