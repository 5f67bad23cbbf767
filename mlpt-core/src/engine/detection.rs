//! How well a trainer's clean probabilities find the truly wrong labels. Trainers never see this.

use super::result::{DetectionResult, DetectionScores};
use crate::Result;
use crate::data::Manifest;
use crate::metric::Detection;
use std::collections::BTreeMap;

/// Which pool items are wrong.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    /// `None` where it is not known.
    wrong: Vec<Option<bool>>,
    threshold: f64,
}

impl Truth {
    /// The truth about the items of `manifest`; an item is called wrong where its clean
    /// probability is at most `threshold`.
    pub(super) fn new(manifest: &Manifest, threshold: f64) -> Self {
        let wrong = (0..manifest.rows.len()).map(|i| manifest.is_wrong(i)).collect();
        Self { wrong, threshold }
    }

    /// Scores of one learner's clean probabilities by pool index. `None` where nothing is known to
    /// be wrong: then there is nothing to find, or nobody knows what.
    pub(super) fn score(&self, clean: &[f64]) -> Result<Option<DetectionScores>> {
        let known: Vec<(f64, bool)> =
            clean.iter().zip(&self.wrong).filter_map(|(p, wrong)| Some((*p, (*wrong)?))).collect();
        if !known.iter().any(|(_, wrong)| *wrong) {
            return Ok(None);
        }
        let (probability, wrong): (Vec<f64>, Vec<bool>) = known.iter().copied().unzip();
        let found = Detection::new(&probability, &wrong, self.threshold)?;
        let selected: Vec<bool> = known.iter().filter(|(p, _)| *p > self.threshold).map(|(_, w)| *w).collect();
        let right = selected.iter().filter(|wrong| !**wrong).count();
        Ok(Some(DetectionScores {
            precision: found.precision,
            recall: found.recall,
            auroc: found.auroc,
            clean_accuracy: (!selected.is_empty()).then(|| right as f64 / selected.len() as f64),
        }))
    }

    /// Scores of all learners of an epoch, `(name, clean probabilities)` each.
    pub(super) fn score_all(&self, clean: &[(String, Vec<f64>)]) -> Result<Option<DetectionResult>> {
        let mut learners = BTreeMap::new();
        for (name, probability) in clean {
            if let Some(scores) = self.score(probability)? {
                learners.insert(name.clone(), scores);
            }
        }
        Ok(DetectionResult::of(learners))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::data::ManifestRow;

    fn manifest(rows: &[(Option<usize>, usize)]) -> Manifest {
        let row = |(index, &(true_label, given_label)): (usize, &(Option<usize>, usize))| ManifestRow {
            index,
            true_label,
            given_label,
            image: index.to_string(),
        };
        Manifest { rows: rows.iter().enumerate().map(row).collect() }
    }

    #[test]
    fn scores_against_what_is_known() {
        let truth = Truth::new(&manifest(&[(Some(0), 0), (Some(1), 0), (Some(1), 1), (Some(0), 1), (None, 1)]), 0.5);
        let scores = truth.score(&[0.9, 0.1, 0.4, 0.6, 0.0]).unwrap().unwrap();
        assert_eq!((scores.precision, scores.recall), (Some(0.5), Some(0.5)));
        assert_eq!(scores.auroc, Some(0.75));
        assert_eq!(scores.clean_accuracy, Some(0.5));
    }

    #[test]
    fn absent_where_the_truth_is_unknown_or_all_is_right() {
        for rows in [vec![(None, 0), (None, 1)], vec![(Some(0), 0), (Some(1), 1)]] {
            let truth = Truth::new(&manifest(&rows), 0.5);
            let all = truth.score_all(&[("a".to_owned(), vec![0.2, 0.9])]).unwrap();
            assert_eq!(all, None);
        }
    }
}
