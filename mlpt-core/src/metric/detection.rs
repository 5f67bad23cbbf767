//! How well wrong labels are found.

use crate::{Error, Result};
use serde::Serialize;

/// Scores of telling wrong labels from right ones, from 0 to 1. A wrong label is a positive; it is
/// found where it is called wrong. A score that is not defined is absent, never NaN.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Detection {
    /// Share of wrong labels among those called wrong; absent where none is called wrong.
    pub precision: Option<f64>,
    /// Share of the wrong labels that are called wrong; absent where no label is wrong.
    pub recall: Option<f64>,
    /// Probability that a wrong label looks more wrong than a right one, ties counting half: the
    /// area under the receiver's curve. Absent where no label, or every label, is wrong.
    pub auroc: Option<f64>,
}

impl Detection {
    /// Scores each item's probability of being clean against whether its label is wrong. Called wrong is what
    /// has at most the threshold.
    ///
    /// # Errors
    /// When the lengths differ or a probability is NaN.
    pub fn new(clean_probability: &[f64], wrong: &[bool], threshold: f64) -> Result<Self> {
        let called: Vec<bool> = clean_probability.iter().map(|p| *p <= threshold).collect();
        Self::of_calls(clean_probability, &called, wrong)
    }

    /// The same where it is said of each item whether its label is called wrong; the probability, or whatever is
    /// greater the more a label looks right, only gives the order.
    ///
    /// # Errors
    /// As [`Detection::new`].
    pub fn of_calls(clean_probability: &[f64], called: &[bool], wrong: &[bool]) -> Result<Self> {
        if called.len() != wrong.len() {
            return Err(Error::invalid(format!(
                "{} items are called right or wrong, but the truth is known of {}",
                called.len(),
                wrong.len()
            )));
        }
        if clean_probability.len() != wrong.len() {
            return Err(Error::invalid(format!(
                "{} clean probabilities, but the truth is known of {} items",
                clean_probability.len(),
                wrong.len()
            )));
        }
        if let Some(at) = clean_probability.iter().position(|p| p.is_nan()) {
            return Err(Error::invalid(format!("the clean probability of pool item {at} is NaN")));
        }
        let found = called.iter().zip(wrong).filter(|(c, w)| **c && **w).count();
        let called = called.iter().filter(|c| **c).count();
        let positives = wrong.iter().filter(|w| **w).count();
        Ok(Self {
            precision: share(found, called),
            recall: share(found, positives),
            auroc: auroc(clean_probability, wrong, positives),
        })
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The Mann-Whitney statistic over the product of the numbers (Hanley & McNeil 1982): counts, in
/// descending order of suspicion, how many right labels come after each wrong one.
fn auroc(clean_probability: &[f64], wrong: &[bool], positives: usize) -> Option<f64> {
    let negatives = wrong.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut items: Vec<(f64, bool)> = clean_probability.iter().copied().zip(wrong.iter().copied()).collect();
    items.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut passed, mut wins) = (0.0, 0.0);
    // -0.0 and 0.0 are neighbours in the total order and equal here.
    for ties in items.chunk_by(|a, b| a.0 == b.0) {
        let wrong_here = ties.iter().filter(|(_, w)| *w).count() as f64;
        let right_here = ties.len() as f64 - wrong_here;
        wins += wrong_here * (negatives as f64 - passed - 0.5 * right_here);
        passed += right_here;
    }
    Some(wins / (positives as f64 * negatives as f64))
}
