//! What can be asked of a histogram.

use super::Histogram;
use crate::mixture::GaussianMixture;
use std::f64::consts::PI;

impl Histogram {
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

    /// How many items component `k` of the mixture expects in a bin around `loss`; `None` without a mixture.
    pub fn expected(&self, k: usize, loss: f64) -> Option<f64> {
        let mixture = self.mixture.as_ref()?;
        let span = self.high - self.low;
        let (mean, variance, weight) = (*mixture.means.get(k)?, *mixture.variances.get(k)?, *mixture.weights.get(k)?);
        let d = (loss - self.low) / span - mean;
        let density = weight * (-0.5 * d * d / variance).exp() / (2.0 * PI * variance).sqrt();
        Some(density * self.total() as f64 / self.counts.len() as f64)
    }

    /// What is wrong with one that was read from a file, where something is.
    pub fn fault(&self) -> Option<String> {
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
        let sound = |m: &GaussianMixture| {
            let finite = m.means.iter().chain(&m.weights).all(|x| x.is_finite());
            finite && m.variances.iter().all(|v| v.is_finite() && *v > 0.0)
        };
        match self.mixture.as_ref().is_none_or(sound) {
            true => None,
            false => whole("mixture", "has a figure that cannot be"),
        }
    }
}
