//! From losses to the probability that a label is clean.

use super::kmeans::two_means;
use super::{EmFit, GaussianMixture, MixtureConfig};
use crate::rng::RngTree;
use crate::{Error, Result};

/// A fitted mixture. The first component is the one with the smaller mean: the clean one.
#[derive(Clone, Debug, PartialEq)]
pub struct MixtureFit {
    /// The posterior of the component with the smaller mean, for each loss in order.
    pub clean_probability: Vec<f64>,
    /// The losses moved and scaled to `[0, 1]`, which is what the mixture sees.
    pub normalized: Vec<f64>,
    /// Means of the clean and the other component, of normalised losses.
    pub means: [f64; 2],
    /// Their variances.
    pub variances: [f64; 2],
    /// Their weights.
    pub weights: [f64; 2],
    /// Whether expectation maximisation settled.
    pub converged: bool,
    /// How many iterations it made.
    pub iterations: usize,
    /// Why there was nothing to fit, where there was not.
    pub degenerate: Option<String>,
}

impl MixtureFit {
    /// The mixture over normalised losses, the clean component first; `None` where there was nothing to fit.
    pub fn mixture(&self) -> Option<GaussianMixture> {
        let Self { means, variances, weights, .. } = *self;
        self.degenerate.is_none().then_some(GaussianMixture { means, variances, weights })
    }
}

/// Fits two Gaussians to the losses (DivideMix: Li, Socher & Hoi, ICLR 2020, section 3.1) as
/// scikit-learn's `GaussianMixture(2)` would: losses to `[0, 1]` by minimum and maximum, k-means
/// for a first assignment, expectation maximisation, all in f64. `rng` draws the first centres of
/// k-means only.
///
/// Where there is nothing to tell apart (fewer than two losses, or all the same; scikit-learn
/// fails) every label counts as clean: probability 1, and `degenerate` says why. Then training
/// goes on with all labels as given, as it would without a mixture.
///
/// # Errors
/// When a loss is not finite, or a setting is out of range.
pub fn fit(losses: &[f64], config: &MixtureConfig, rng: &RngTree) -> Result<MixtureFit> {
    start(losses, config, |x| two_means(x, &mut rng.rng()))
}

/// The same from a given first assignment: `second[i]` puts loss `i` into the second cluster.
///
/// # Errors
/// As [`fit`]; also where the assignment has another length.
pub fn fit_from(losses: &[f64], second: &[bool], config: &MixtureConfig) -> Result<MixtureFit> {
    if losses.len() != second.len() {
        return Err(Error::invalid(format!("{} losses but {} assignments", losses.len(), second.len())));
    }
    start(losses, config, |_| second.to_vec())
}

/// The losses moved and scaled so that the smallest is 0 and the largest 1; `None` where that
/// cannot be, as there are none or all are the same.
pub fn normalize(losses: &[f64]) -> Option<Vec<f64>> {
    let low = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let high = losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low < high).then(|| losses.iter().map(|x| (x - low) / (high - low)).collect())
}

fn start(losses: &[f64], config: &MixtureConfig, assign: impl Fn(&[f64]) -> Vec<bool>) -> Result<MixtureFit> {
    if let Some(at) = losses.iter().position(|x| !x.is_finite()) {
        return Err(Error::invalid(format!("the loss of pool item {at} is {}: no mixture can be fitted", losses[at])));
    }
    if !(config.reg_covar > 0.0 && config.tol >= 0.0) {
        return Err(Error::invalid(format!(
            "the mixture's REG_COVAR is {} and its TOL {}: the first must be greater than 0, the second not negative",
            config.reg_covar, config.tol
        )));
    }
    Ok(match normalize(losses) {
        Some(x) => {
            let em = GaussianMixture::fit(&x, &assign(&x), config);
            sorted(x, em)
        }
        None => everyone_clean(losses.len()),
    })
}

/// Puts the clean component first.
fn sorted(x: Vec<f64>, em: EmFit) -> MixtureFit {
    let clean = em.mixture.smaller_mean();
    let order = |pair: [f64; 2]| [pair[clean], pair[1 - clean]];
    MixtureFit {
        clean_probability: em.mixture.posterior(&x).iter().map(|p| p[clean]).collect(),
        normalized: x,
        means: order(em.mixture.means),
        variances: order(em.mixture.variances),
        weights: order(em.mixture.weights),
        converged: em.converged,
        iterations: em.iterations,
        degenerate: None,
    }
}

fn everyone_clean(count: usize) -> MixtureFit {
    let why = match count {
        0 => "there are no losses".to_owned(),
        1 => "there is only one loss".to_owned(),
        n => format!("all {n} losses are the same"),
    };
    MixtureFit {
        clean_probability: vec![1.0; count],
        normalized: vec![0.0; count],
        means: [0.0; 2],
        variances: [0.0; 2],
        weights: [1.0, 0.0],
        converged: true,
        iterations: 0,
        degenerate: Some(format!("{why}, so every label counts as clean")),
    }
}
