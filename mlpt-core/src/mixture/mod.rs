//! The two-component Gaussian mixture on losses that tells clean labels from wrong ones.

mod config;
mod fit;
mod gaussian;
mod kmeans;
#[cfg(test)]
mod tests;

pub use config::MixtureConfig;
pub use fit::{MixtureFit, fit, fit_from, normalize};
pub use gaussian::{EmFit, GaussianMixture};
