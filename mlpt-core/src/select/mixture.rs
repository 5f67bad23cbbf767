//! Trust by a mixture of losses.

use super::{Evidence, Selection, Selector};
use crate::config::Config;
use crate::mixture::{self, MixtureConfig};
use crate::{Error, Result};

/// Where its keys stand: MLPT had them before selectors had names.
pub(super) const SECTION: &str = "TRAINER.MLPT.MIXTURE";

/// Two Gaussians on the losses (DivideMix: Li, Socher and Hoi, ICLR 2020). Score and weight are the posterior of
/// the one with the smaller mean; trusted is what is greater than the threshold. See [`mixture::fit`].
#[derive(Clone, Debug, Default)]
pub struct Mixture {
    config: MixtureConfig,
}

impl Mixture {
    /// Checks the keys.
    ///
    /// # Errors
    /// [`Error::Config`] with all faults.
    pub fn new(config: MixtureConfig) -> Result<Self> {
        let mut faults = Vec::new();
        if !(config.reg_covar > 0.0 && config.reg_covar.is_finite()) {
            faults.push(format!("{SECTION}.REG_COVAR is {}: it must be greater than 0", config.reg_covar));
        }
        if !(config.tol >= 0.0 && config.tol.is_finite()) {
            faults.push(format!("{SECTION}.TOL is {}: it must be 0 or greater", config.tol));
        }
        if faults.is_empty() { Ok(Self { config }) } else { Err(Error::Config(faults)) }
    }
}

/// Looks at the keys before anything is loaded.
pub(super) fn check(config: &Config) -> Result<()> {
    Mixture::new(config.section(SECTION)?).map(drop)
}

impl Selector for Mixture {
    fn select(&self, evidence: &Evidence<'_>) -> Result<Selection> {
        let fit = mixture::fit(evidence.losses, &self.config, &evidence.rng)?;
        if !fit.converged {
            // Usual with ten iterations, and harmless: the published code only warns too.
            tracing::debug!("the mixture did not settle in {} iterations", fit.iterations);
        }
        let mixture = fit.mixture();
        let clean = fit.clean_probability;
        let trusted = clean.iter().map(|&p| p > evidence.threshold).collect();
        Ok(Selection { weights: clean.clone(), clean, trusted, degenerate: fit.degenerate, mixture })
    }
}
