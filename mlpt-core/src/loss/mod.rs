//! Losses on logits, with hard and soft targets.

mod base;
mod check;
mod config;
mod cross_entropy;
mod generalized;
#[cfg(test)]
mod tests;
mod unlabelled;

pub use base::{Loss, by_name};
pub use config::LossConfig;
pub use cross_entropy::per_sample_ce;
pub use unlabelled::mse_probs;
