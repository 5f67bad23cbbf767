//! How well a trainer's clean probabilities find the truly wrong labels. Trainers never see this.

use super::EpochReport;
use super::result::{DetectionResult, DetectionScores};
use crate::data::Manifest;
use crate::metric::Detection;
use crate::{Error, Result};
use std::collections::BTreeMap;

/// Which pool items are wrong.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    /// `None` where it is not known.
    wrong: Vec<Option<bool>>,
    threshold: f64,
}

impl Truth {
    /// The truth about the items of `manifest`. `threshold` is for trainers that do not say whom they trust.
    pub(super) fn new(manifest: &Manifest, threshold: f64) -> Self {
        let wrong = (0..manifest.rows.len()).map(|i| manifest.is_wrong(i)).collect();
        Self { wrong, threshold }
    }

    /// Whether each pool item's label is wrong; `None` where none is known to be.
    pub(super) fn wrong(&self) -> Option<&[Option<bool>]> {
        self.wrong.contains(&Some(true)).then_some(&self.wrong[..])
    }

    /// Scores of one learner's clean probabilities by pool index. Called wrong is what it does not trust or, where it
    /// does not say, what is at most the threshold. `None` where nothing is known to be wrong: then there is nothing
    /// to find, or nobody knows what.
    pub(super) fn score(&self, clean: &[f64], trusted: Option<&[bool]>) -> Result<Option<DetectionScores>> {
        if let Some(trusted) = trusted.filter(|t| t.len() != clean.len()) {
            let (ours, theirs) = (trusted.len(), clean.len());
            return Err(Error::invalid(format!(
                "a trainer trusts or not {ours} items and gives {theirs} a probability"
            )));
        }
        let call = |i: usize, p: f64| trusted.map_or(p <= self.threshold, |trusted| !trusted[i]);
        let items = clean.iter().enumerate().zip(&self.wrong);
        let known: Vec<(f64, bool, bool)> =
            items.filter_map(|((i, &p), wrong)| Some((p, call(i, p), (*wrong)?))).collect();
        if !known.iter().any(|(_, _, wrong)| *wrong) {
            return Ok(None);
        }
        let probability: Vec<f64> = known.iter().map(|k| k.0).collect();
        let called: Vec<bool> = known.iter().map(|k| k.1).collect();
        let wrong: Vec<bool> = known.iter().map(|k| k.2).collect();
        let found = Detection::of_calls(&probability, &called, &wrong)?;
        let selected: Vec<bool> = known.iter().filter(|(_, called, _)| !called).map(|(_, _, w)| *w).collect();
        let right = selected.iter().filter(|wrong| !**wrong).count();
        Ok(Some(DetectionScores {
            precision: found.precision,
            recall: found.recall,
            auroc: found.auroc,
            clean_accuracy: (!selected.is_empty()).then(|| right as f64 / selected.len() as f64),
        }))
    }

    /// Scores of all learners of an epoch.
    pub(super) fn score_all(&self, report: &EpochReport) -> Result<Option<DetectionResult>> {
        let mut learners = BTreeMap::new();
        for (name, probability) in &report.clean {
            let trusted = report.trusted.iter().find(|(of, _)| of == name).map(|(_, trusted)| trusted.as_slice());
            if let Some(scores) = self.score(probability, trusted)? {
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
        let scores = truth.score(&[0.9, 0.1, 0.4, 0.6, 0.0], None).unwrap().unwrap();
        assert_eq!((scores.precision, scores.recall), (Some(0.5), Some(0.5)));
        assert_eq!(scores.auroc, Some(0.75));
        assert_eq!(scores.clean_accuracy, Some(0.5));
    }

    #[test]
    fn who_is_trusted_is_not_guessed_from_the_score() {
        let truth = Truth::new(&manifest(&[(Some(0), 0), (Some(1), 0), (Some(1), 1), (Some(0), 1), (None, 1)]), 0.5);
        let score = |trusted: Vec<bool>| {
            let clean = vec![("a".to_owned(), vec![0.9, 0.1, 0.4, 0.6, 0.0]), ("b".to_owned(), vec![0.4; 5])];
            truth.score_all(&EpochReport { clean, trusted: vec![("a".to_owned(), trusted)], ..Default::default() })
        };
        // The same order; the wrong ones are the second and the fourth.
        let found = score(vec![true, false, true, false, true]).unwrap().unwrap();
        let of = |name: &str| found.learners[name];
        assert_eq!((of("a").precision, of("a").recall, of("a").auroc), (Some(1.0), Some(1.0), Some(0.75)));
        assert_eq!(of("a").clean_accuracy, Some(1.0));
        // The other learner does not say whom it trusts, and 0.4 is at most the threshold.
        assert_eq!((of("b").precision, of("b").recall, of("b").clean_accuracy), (Some(0.5), Some(1.0), None));
        assert!(score(vec![true; 4]).unwrap_err().to_string().contains("4 items and gives 5"));
    }

    #[test]
    fn absent_where_the_truth_is_unknown_or_all_is_right() {
        for rows in [vec![(None, 0), (None, 1)], vec![(Some(0), 0), (Some(1), 1)]] {
            let truth = Truth::new(&manifest(&rows), 0.5);
            let clean = vec![("a".to_owned(), vec![0.2, 0.9])];
            assert_eq!(truth.score_all(&EpochReport { clean, ..Default::default() }).unwrap(), None);
        }
    }
}
