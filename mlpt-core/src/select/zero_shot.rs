//! Trust by the model without training.

use super::probabilities::greatest;
use super::{Evidence, Needs, Selection, Selector};
use crate::Result;

/// Trusts a label where the frozen model's zero-shot prediction (Radford et al., ICML 2021; the data set's own
/// template) is the same. Trusted labels stand as they are (weight 1); the score is the zero-shot probability of the
/// given label. It does not look at the learner, so every epoch divides the pool alike.
#[derive(Clone, Copy, Debug, Default)]
pub struct ZeroShotAgreement;

impl Selector for ZeroShotAgreement {
    fn needs(&self) -> Needs {
        Needs { zero_shot: true, ..Needs::default() }
    }

    fn select(&self, evidence: &Evidence<'_>) -> Result<Selection> {
        let rows = evidence.zero_shot()?.rows().zip(evidence.given);
        let (clean, trusted) = rows.map(|(row, &label)| (row[label].min(1.0), greatest(row) == Some(label))).unzip();
        let degenerate = evidence.given.is_empty().then(|| "there are no images, so no label is trusted".to_owned());
        Ok(Selection { degenerate, ..Selection::hard(clean, trusted) })
    }
}
