//! How well an order of suspicion finds the labels that are known to be wrong.

use super::Suspect;
use crate::Result;
use crate::metric::Detection;
use serde::Serialize;

/// Scores of the audit's order and of the baselines, over the labels whose truth is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Yardstick {
    /// Labels whose truth is known.
    pub labels: usize,
    /// How many of them are wrong.
    pub wrong: usize,
    /// The share that is wrong: the precision of chance.
    pub chance: f64,
    /// How many of the most suspect are looked at: a tenth, at least one.
    pub top: usize,
    /// The audit's order.
    pub audit: Finding,
    /// The order of the trained model's probability of the given class.
    pub trained: Finding,
    /// The order of zero-shot agreement: the same of the model without training.
    pub zero_shot: Finding,
}

/// How well one order does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Share of wrong labels among the `top` most suspect, 0 to 1.
    pub precision: f64,
    /// Share of the wrong labels that are among them.
    pub recall: f64,
    /// Area under the receiver's curve; absent where every label is wrong.
    pub auroc: Option<f64>,
}

/// Scores the audit's order, which `suspects` have, and both baselines; `None` where nothing is known to be wrong.
///
/// # Errors
/// When a probability is NaN.
pub(super) fn measure(suspects: &[Suspect]) -> Result<Option<Yardstick>> {
    let known: Vec<(&Suspect, bool)> =
        suspects.iter().filter_map(|s| s.truth.map(|truth| (s, truth != s.given))).collect();
    let wrong = known.iter().filter(|(_, wrong)| *wrong).count();
    if wrong == 0 {
        return Ok(None);
    }
    let labels = known.len();
    let top = (labels as f64 / 10.0).round().max(1.0) as usize;
    let by = |score: fn(&Suspect) -> f64| find(&known, score, top);
    Ok(Some(Yardstick {
        labels,
        wrong,
        chance: wrong as f64 / labels as f64,
        top,
        audit: by(|s| s.clean)?,
        trained: by(|s| s.p_given)?,
        zero_shot: by(|s| s.p_zero_shot_given)?,
    }))
}

fn find(known: &[(&Suspect, bool)], score: fn(&Suspect) -> f64, top: usize) -> Result<Finding> {
    let mut known = known.to_vec();
    // Stable: ties stay in the audit's order.
    known.sort_by(|(a, _), (b, _)| score(a).total_cmp(&score(b)));
    let scores: Vec<f64> = known.iter().map(|(s, _)| score(s)).collect();
    let wrong: Vec<bool> = known.iter().map(|(_, wrong)| *wrong).collect();
    let called: Vec<bool> = (0..known.len()).map(|rank| rank < top).collect();
    let found = Detection::of_calls(&scores, &called, &wrong)?;
    Ok(Finding { precision: found.precision.unwrap_or(0.0), recall: found.recall.unwrap_or(0.0), auroc: found.auroc })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn suspect(truth: Option<usize>, clean: f64, p_given: f64, zero: f64) -> Suspect {
        Suspect {
            image: String::new(),
            given: 0,
            suggested: 0,
            truth,
            clean,
            by_learner: Vec::new(),
            p_given,
            p_suggested: 0.0,
            zero_shot: 0,
            p_zero_shot_given: zero,
        }
    }

    #[test]
    fn the_top_tenth_beside_chance_and_zero_shot() {
        // 20 known labels, two wrong ones: first by `clean`, one of them first by zero-shot.
        let mut all: Vec<Suspect> = (0..18).map(|i| suspect(Some(0), 0.5, 0.5, 0.2 + 0.01 * f64::from(i))).collect();
        all.insert(0, suspect(Some(1), 0.1, 0.9, 0.1));
        all.insert(0, suspect(Some(2), 0.0, 0.4, 0.9));
        all.push(suspect(None, 0.0, 0.0, 0.0));
        let m = measure(&all).unwrap().unwrap();
        assert_eq!((m.labels, m.wrong, m.top, m.chance), (20, 2, 2, 0.1));
        assert_eq!((m.audit.precision, m.audit.recall, m.audit.auroc), (1.0, 1.0, Some(1.0)));
        assert_eq!((m.zero_shot.precision, m.zero_shot.auroc), (0.5, Some(0.5)));
        assert_eq!(m.trained.precision, 0.5);
        assert_eq!(measure(&[suspect(Some(0), 0.0, 0.0, 0.0), suspect(None, 0.0, 0.0, 0.0)]).unwrap(), None);
    }
}
