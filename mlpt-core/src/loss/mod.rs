//! Losses on logits, with hard and soft targets.

mod absolute;
mod active_passive;
mod base;
mod check;
mod config;
mod cross_entropy;
mod double_softmax;
mod generalized;
mod huberised;
mod reverse;
mod symmetric;
#[cfg(test)]
mod tests;
mod unlabelled;

pub use base::{Loss, NAMES, by_name};
pub use config::LossConfig;
pub use cross_entropy::per_sample_ce;
pub use unlabelled::mse_probs;
