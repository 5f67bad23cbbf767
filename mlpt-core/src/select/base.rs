//! The seam for selectors.

use super::Evidence;
use crate::mixture::GaussianMixture;
use crate::{Error, Result};

/// What a selector has to be given beside losses and labels; whoever calls it makes no more than that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The learner's probabilities. They come from the pass that gives the losses.
    pub probabilities: bool,
    /// The frozen model's zero-shot probabilities: one text pass, and the pool's features, once a run.
    pub zero_shot: bool,
}

/// What a selector makes of a pool; every list is by pool index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// How surely the given label is right, from 0 to 1; greater is surer. What finding wrong labels is scored by.
    pub clean: Vec<f64>,
    /// The share, from 0 to 1, that co-refinement leaves to the given label in a trusted item's target.
    pub weights: Vec<f64>,
    /// Whose label is trusted.
    pub trusted: Vec<bool>,
    /// Why the items could not be told apart, where they could not, and what was done.
    pub degenerate: Option<String>,
    /// The mixture that was fitted to the losses, scaled to 0..1, where one was; nothing hangs on it, it is shown.
    pub mixture: Option<GaussianMixture>,
}

impl Selection {
    /// A selection with weight 1 for trusted labels and 0 for others.
    pub fn hard(clean: Vec<f64>, trusted: Vec<bool>) -> Self {
        let weights = trusted.iter().map(|&t| f64::from(u8::from(t))).collect();
        Self { clean, weights, trusted, ..Self::default() }
    }

    /// Holds it against what [`Selection`] promises of a pool of `count` items.
    ///
    /// # Errors
    /// When a list has another length, or a number is not from 0 to 1.
    pub fn check(&self, count: usize) -> Result<()> {
        for (name, length) in
            [("scores", self.clean.len()), ("weights", self.weights.len()), ("decisions", self.trusted.len())]
        {
            if length != count {
                return Err(Error::invalid(format!("it gave {length} {name} for a pool of {count} items")));
            }
        }
        for (name, numbers) in [("score", &self.clean), ("weight", &self.weights)] {
            if let Some(at) = numbers.iter().position(|x| !(0.0..=1.0).contains(x)) {
                return Err(Error::invalid(format!("the {name} of pool item {at} is {}, not 0 to 1", numbers[at])));
            }
        }
        Ok(())
    }
}

/// Tells trusted labels from others. It keeps nothing from one call to the next: a run that is gone on with
/// begins with a new one and has to come to the same end.
pub trait Selector: Send + Sync {
    /// What [`Evidence`] must hold.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Divides the pool. Call it through [`Chosen::select`](super::Chosen::select), which checks both sides.
    ///
    /// # Errors
    /// When the evidence cannot be used.
    fn select(&self, evidence: &Evidence<'_>) -> Result<Selection>;
}
