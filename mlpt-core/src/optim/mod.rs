//! Optimisers with a state that can be saved, and learning rates as pure functions of the epoch.

mod adam;
mod base;
mod build;
mod config;
mod gradients;
mod radam;
mod rmsprop;
mod rule;
mod schedule;
#[cfg(test)]
mod schedule_props;
mod sgd;
mod slots;
#[cfg(test)]
mod tests;

pub use base::Optimizer;
pub use build::build;
pub use config::OptimConfig;
pub use gradients::{check_gradients, clip_gradients};
pub use schedule::Schedule;
