//! Accuracy and its relatives.

use crate::{Error, Result};
use serde::Serialize;

/// Scores of a classifier, as Dassl's evaluator counts them. Shares are in percent, unrounded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Number of images.
    pub total: usize,
    /// Number of right predictions.
    pub correct: usize,
    /// Share of right predictions.
    pub accuracy: f64,
    /// `100 - accuracy`.
    pub error: f64,
    /// Mean of the classes' F1 over the labels that have an image; 0 for a class never predicted.
    pub macro_f1: f64,
    /// Mean of the classes' accuracy, each counting the same.
    pub perclass_accuracy: f64,
    /// The labels that have an image, in order.
    pub per_class: Vec<ClassScore>,
    /// `confusion[true][predicted]`, `[C][C]`.
    pub confusion: Vec<Vec<usize>>,
}

/// Scores of one class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassScore {
    /// The class.
    pub label: usize,
    /// Its images.
    pub total: usize,
    /// Those that were recognised.
    pub correct: usize,
    /// Their share, in percent.
    pub accuracy: f64,
    /// Harmonic mean of precision and recall, in percent.
    pub f1: f64,
}

impl Evaluation {
    /// Scores predictions against labels, both below `classes`.
    ///
    /// # Errors
    /// When there is nothing to score, the lengths differ, or a label is not below `classes`.
    pub fn new(predictions: &[usize], labels: &[usize], classes: usize) -> Result<Self> {
        if labels.is_empty() || predictions.len() != labels.len() {
            return Err(Error::invalid(format!(
                "cannot score {} predictions against {} labels",
                predictions.len(),
                labels.len()
            )));
        }
        let mut confusion = vec![vec![0; classes]; classes];
        for (i, (&predicted, &label)) in predictions.iter().zip(labels).enumerate() {
            let cell = confusion.get_mut(label).and_then(|row| row.get_mut(predicted));
            *cell.ok_or_else(|| {
                Error::invalid(format!(
                    "image {i} has label {label} and prediction {predicted}: there are {classes} classes"
                ))
            })? += 1;
        }
        let per_class: Vec<ClassScore> = (0..classes).filter_map(|label| class_score(&confusion, label)).collect();
        let total = labels.len();
        let correct = (0..classes).map(|c| confusion[c][c]).sum();
        let accuracy = percent(correct, total);
        let mean = |f: fn(&ClassScore) -> f64| per_class.iter().map(f).sum::<f64>() / per_class.len() as f64;
        Ok(Self {
            total,
            correct,
            accuracy,
            error: 100.0 - accuracy,
            macro_f1: mean(|c| c.f1),
            perclass_accuracy: mean(|c| c.accuracy),
            per_class,
            confusion,
        })
    }
}

/// The scores of `label`, where it has an image.
fn class_score(confusion: &[Vec<usize>], label: usize) -> Option<ClassScore> {
    let total: usize = confusion[label].iter().sum();
    let predicted: usize = confusion.iter().map(|row| row[label]).sum();
    let correct = confusion[label][label];
    (total > 0).then(|| ClassScore {
        label,
        total,
        correct,
        accuracy: percent(correct, total),
        // 2 P R / (P + R) without a division by 0.
        f1: percent(2 * correct, total + predicted),
    })
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}
