//! Expectation maximisation of two 1-D Gaussians.

use super::MixtureConfig;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Two weighted Gaussians on the line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GaussianMixture {
    /// Mean of each component.
    pub means: [f64; 2],
    /// Variance of each component.
    pub variances: [f64; 2],
    /// Weight of each component; they sum to 1.
    pub weights: [f64; 2],
}

/// What expectation maximisation came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmFit {
    /// The last parameters.
    pub mixture: GaussianMixture,
    /// Whether the bound settled within `MAX_ITER`.
    pub converged: bool,
    /// Number of iterations that were made.
    pub iterations: usize,
}

impl GaussianMixture {
    /// Expectation maximisation (Dempster, Laird & Rubin 1977) from a hard assignment, step by step
    /// as scikit-learn's `GaussianMixture` does it: maximise once from the one-hot assignment; then
    /// expect, maximise, and stop when the expectation's mean log-likelihood has changed by less
    /// than `tol`. The parameters are the last maximisation's, also where it has not converged.
    pub fn fit(x: &[f64], second: &[bool], config: &MixtureConfig) -> EmFit {
        let one_hot: Vec<[f64; 2]> = second.iter().map(|&s| if s { [0.0, 1.0] } else { [1.0, 0.0] }).collect();
        let mut fit = EmFit { mixture: Self::maximize(x, &one_hot, config.reg_covar), converged: false, iterations: 0 };
        let mut bound = f64::NEG_INFINITY;
        while fit.iterations < config.max_iter && !fit.converged {
            let (posterior, log_likelihood) = fit.mixture.expect(x);
            fit.mixture = Self::maximize(x, &posterior, config.reg_covar);
            fit.iterations += 1;
            fit.converged = (log_likelihood - bound).abs() < config.tol;
            bound = log_likelihood;
        }
        fit
    }

    /// The posterior probability of each component for each value, `[N][2]`; rows sum to 1.
    pub fn posterior(&self, x: &[f64]) -> Vec<[f64; 2]> {
        self.expect(x).0
    }

    /// The component with the smaller mean; the first where both are the same.
    pub fn smaller_mean(&self) -> usize {
        usize::from(self.means[1] < self.means[0])
    }

    /// Posteriors and the mean log-likelihood, in the log domain.
    fn expect(&self, x: &[f64]) -> (Vec<[f64; 2]>, f64) {
        let log_density = |k: usize, x: f64| {
            let d = x - self.means[k];
            self.weights[k].ln() - 0.5 * ((2.0 * PI * self.variances[k]).ln() + d * d / self.variances[k])
        };
        let mut total = 0.0;
        let posterior = x
            .iter()
            .map(|&x| {
                let log = [log_density(0, x), log_density(1, x)];
                let top = log[0].max(log[1]);
                let norm = top + ((log[0] - top).exp() + (log[1] - top).exp()).ln();
                total += norm;
                [(log[0] - norm).exp(), (log[1] - norm).exp()]
            })
            .collect();
        (posterior, total / x.len() as f64)
    }

    /// The parameters of highest likelihood under the responsibilities.
    fn maximize(x: &[f64], responsibilities: &[[f64; 2]], reg_covar: f64) -> Self {
        let sum =
            |f: &dyn Fn(f64, &[f64; 2]) -> f64| -> f64 { x.iter().zip(responsibilities).map(|(&x, r)| f(x, r)).sum() };
        // An empty component must not divide by 0.
        let mass = [0, 1].map(|k| sum(&|_, r| r[k]) + 10.0 * f64::EPSILON);
        let means = [0, 1].map(|k| sum(&|x, r| r[k] * x) / mass[k]);
        let variances = [0, 1].map(|k| sum(&|x, r| r[k] * (x - means[k]) * (x - means[k])) / mass[k] + reg_covar);
        let weights = [0, 1].map(|k| mass[k] / (mass[0] + mass[1]));
        Self { means, variances, weights }
    }
}
