//! Stochastic gradient descent with momentum.

use super::OptimConfig;
use super::rule::{Rule, decayed};
use candle_core::{Result, Tensor};

/// SGD as PyTorch defines it. With gradient `g`, weight decay `d`, momentum `m`, dampening `a`:
/// `g += d w`; `b = g` in the first step, then `b = m b + (1 - a) g`; `w -= lr b`, or with
/// Nesterov's momentum `w -= lr (g + m b)` (Sutskever et al. 2013, eq. 3 and 4, rearranged).
#[derive(Debug)]
pub(super) struct Sgd {
    weight_decay: f64,
    momentum: f64,
    dampening: f64,
    nesterov: bool,
}

impl Sgd {
    /// Reads `WEIGHT_DECAY`, `MOMENTUM`, `SGD_DAMPNING` and `SGD_NESTEROV`.
    pub(super) fn new(config: &OptimConfig) -> Self {
        Self {
            weight_decay: config.weight_decay,
            momentum: config.momentum,
            dampening: config.sgd_dampening,
            nesterov: config.sgd_nesterov,
        }
    }
}

impl Rule<1> for Sgd {
    const KINDS: [&'static str; 1] = ["momentum"];

    fn update(
        &self,
        weight: Tensor,
        gradient: Tensor,
        kept: Option<&[Tensor; 1]>,
        lr: f64,
    ) -> Result<(Tensor, Option<[Tensor; 1]>)> {
        let gradient = decayed(gradient, &weight, self.weight_decay)?;
        if self.momentum == 0.0 {
            return Ok(((weight + gradient.affine(-lr, 0.0)?)?, None));
        }
        let buffer = match kept {
            Some([old]) => (old.affine(self.momentum, 0.0)? + gradient.affine(1.0 - self.dampening, 0.0)?)?,
            None => gradient.clone(),
        };
        let direction = if self.nesterov { (gradient + buffer.affine(self.momentum, 0.0)?)? } else { buffer.clone() };
        Ok(((weight + direction.affine(-lr, 0.0)?)?, Some([buffer])))
    }
}
