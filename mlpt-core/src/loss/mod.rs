//! Losses on logits, with hard and soft targets.

mod absolute;
mod active_passive;
mod base;
mod check;
mod config;
mod cross_entropy;
mod double_softmax;
mod early_learning;
mod generalized;
mod huberised;
mod reverse;
mod running;
mod symmetric;
#[cfg(test)]
mod tests;
mod unlabelled;

pub use base::{Loss, NAMES, by_name};
pub use config::LossConfig;
pub use cross_entropy::per_sample_ce;
pub use running::RunningMeans;
pub use unlabelled::mse_probs;
