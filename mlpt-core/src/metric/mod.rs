//! Scores: of classification, and of finding wrong labels.

mod detection;
mod evaluation;
mod predict;
mod report;
#[cfg(test)]
mod tests;

pub use detection::Detection;
pub use evaluation::{ClassScore, Evaluation};
pub use predict::predictions;
