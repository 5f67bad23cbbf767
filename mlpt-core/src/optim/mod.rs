//! Optimisers with a state that can be saved, and learning rates as pure functions of the epoch.

mod adam;
mod amsgrad;
mod base;
mod build;
mod config;
mod gradients;
mod radam;
mod rmsprop;
mod schedule;
#[cfg(test)]
mod schedule_props;
mod sgd;
mod slots;
#[cfg(test)]
mod tests;

pub use adam::Adam;
pub use amsgrad::AmsGrad;
pub use base::Optimizer;
pub use build::build;
pub use config::OptimConfig;
pub use gradients::{check_gradients, clip_gradients};
pub use radam::RAdam;
pub use rmsprop::RmsProp;
pub use schedule::Schedule;
pub use sgd::Sgd;
