//! What a selector may know.

use super::Probabilities;
use crate::rng::RngTree;
use crate::{Error, Result};

/// One learner's view of a pool of `N` items; every list is by pool index. No true label is in here.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// Cross-entropy of the given labels, `N` numbers, whatever loss is minimised.
    pub losses: &'a [f64],
    /// Given labels, each below `classes`.
    pub given: &'a [usize],
    /// `C`.
    pub classes: usize,
    /// The learner's probabilities `[N, C]`, where [`Needs::probabilities`](super::Needs) asks for them.
    pub probabilities: Option<&'a Probabilities>,
    /// The frozen model's, with the data set's template, where [`Needs::zero_shot`](super::Needs) asks for them.
    pub zero_shot: Option<&'a Probabilities>,
    /// `WARMUP.THRESHOLD`, for selectors that cut a probability.
    pub threshold: f64,
    /// For draws: a node of the learner, the epoch and the selector alone.
    pub rng: RngTree,
}

impl<'a> Evidence<'a> {
    /// The learner's probabilities.
    ///
    /// # Errors
    /// When there are none: the selector did not say that it needs them.
    pub fn probabilities(&self) -> Result<&'a Probabilities> {
        self.probabilities.ok_or_else(|| missing("the learner's"))
    }

    /// The frozen model's probabilities.
    ///
    /// # Errors
    /// As [`Evidence::probabilities`].
    pub fn zero_shot(&self) -> Result<&'a Probabilities> {
        self.zero_shot.ok_or_else(|| missing("the zero-shot"))
    }

    /// Holds the parts against one another.
    ///
    /// # Errors
    /// When a length does not fit, a label is no class, or a loss or probability cannot be used.
    pub fn check(&self) -> Result<()> {
        let count = self.given.len();
        if self.losses.len() != count {
            return Err(Error::invalid(format!("there are {} losses but {count} labels", self.losses.len())));
        }
        if let Some(at) = self.losses.iter().position(|x| !x.is_finite()) {
            return Err(Error::invalid(format!("the loss of pool item {at} is {}", self.losses[at])));
        }
        if let Some(at) = self.given.iter().position(|&label| label >= self.classes) {
            let (label, classes) = (self.given[at], self.classes);
            return Err(Error::invalid(format!(
                "the label of pool item {at} is {label}, but there are {classes} classes"
            )));
        }
        for (name, rows) in [("the learner's", self.probabilities), ("the zero-shot", self.zero_shot)] {
            let Some(rows) = rows else { continue };
            if (rows.len(), rows.classes()) != (count, self.classes) {
                return Err(Error::invalid(format!(
                    "{name} probabilities are [{}, {}], not [{count}, {}]",
                    rows.len(),
                    rows.classes(),
                    self.classes
                )));
            }
            rows.check().map_err(|fault| Error::invalid(format!("{name} {fault}")))?;
        }
        Ok(())
    }
}

fn missing(whose: &str) -> Error {
    Error::invalid(format!("{whose} probabilities are not there: `Selector::needs` has to ask for them"))
}
