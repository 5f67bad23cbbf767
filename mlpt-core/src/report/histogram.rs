//! The losses of the pool in one epoch, as `metrics.jsonl` tells them.

use serde::Deserialize;
use std::f64::consts::PI;

/// How many pool items have which loss, for one learner in one epoch.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LossHistogram {
    /// `pool-loss/` and the learner.
    pub name: String,
    /// One-based epoch.
    pub epoch: usize,
    /// The least loss: where the first bin begins.
    pub low: f64,
    /// The greatest loss: where the last bin ends.
    pub high: f64,
    /// Items by bin; the bins are equally wide.
    pub counts: Vec<u64>,
    /// The same of the labels that are known to be wrong; `None` where the truth is not known.
    pub wrong: Option<Vec<u64>>,
    /// The mixture that was fitted to the losses, scaled to 0..1; `None` where none was.
    pub mixture: Option<Mixture>,
}

/// Two weighted Gaussians over the scaled losses; the first is of the clean labels.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Mixture {
    /// Mean of each component.
    pub means: [f64; 2],
    /// Variance of each component.
    pub variances: [f64; 2],
    /// Weight of each component.
    pub weights: [f64; 2],
}

impl LossHistogram {
    /// The learner that it is of.
    pub fn learner(&self) -> &str {
        self.name.split_once('/').map_or(self.name.as_str(), |(_, learner)| learner)
    }

    /// Number of items.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Width of a bin.
    pub fn width(&self) -> f64 {
        (self.high - self.low) / self.counts.len() as f64
    }

    /// How many items component `k` of the mixture expects in a bin around `loss`.
    pub fn expected(&self, k: usize, loss: f64) -> Option<f64> {
        let mixture = self.mixture.as_ref()?;
        let span = self.high - self.low;
        let (mean, variance, weight) = (*mixture.means.get(k)?, *mixture.variances.get(k)?, *mixture.weights.get(k)?);
        let d = (loss - self.low) / span - mean;
        let density = weight * (-0.5 * d * d / variance).exp() / (2.0 * PI * variance).sqrt();
        Some(density * self.total() as f64 / self.counts.len() as f64)
    }

    /// What is wrong with it, where something is.
    pub(super) fn fault(&self) -> Option<String> {
        let whole =
            |of: &str, what: &str| Some(format!("the histogram {} of epoch {}: {of} {what}", self.name, self.epoch));
        if self.counts.is_empty() {
            return whole("counts", "are empty");
        }
        if !(self.low.is_finite() && self.high.is_finite() && self.low <= self.high) {
            return whole("low and high", "are no range");
        }
        if let Some(wrong) = &self.wrong {
            let fits = wrong.len() == self.counts.len() && wrong.iter().zip(&self.counts).all(|(w, all)| w <= all);
            if !fits {
                return whole("wrong", "is no part of counts");
            }
        }
        let sound = |m: &Mixture| {
            let finite = m.means.iter().chain(&m.weights).all(|x| x.is_finite());
            finite && m.variances.iter().all(|v| v.is_finite() && *v > 0.0)
        };
        match self.mixture.as_ref().is_none_or(sound) {
            true => None,
            false => whole("mixture", "has a figure that cannot be"),
        }
    }
}
