//! Which figure of a result a table shows.

use super::Run;
use crate::engine::{DetectionScores, Scores};
use crate::{Error, Result};

/// A figure of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Share of right predictions, percent.
    Accuracy,
    /// `100 - accuracy`.
    Error,
    /// Mean of the classes' F1, percent.
    MacroF1,
    /// Probability that a wrong label looks more wrong than a right one, 0 to 1.
    DetectionAuroc,
    /// Share of wrong labels among those called wrong, 0 to 1.
    DetectionPrecision,
    /// Share of the wrong labels that are called wrong, 0 to 1.
    DetectionRecall,
    /// Seconds of the whole run.
    ElapsedS,
    /// Seconds of processor time, all threads and all processes of the run together.
    CpuS,
    /// The most memory that a process of the run held, MiB.
    PeakMemory,
}

impl Metric {
    /// All of them.
    pub const ALL: [Metric; 9] = [
        Metric::Accuracy,
        Metric::Error,
        Metric::MacroF1,
        Metric::DetectionAuroc,
        Metric::DetectionPrecision,
        Metric::DetectionRecall,
        Metric::ElapsedS,
        Metric::CpuS,
        Metric::PeakMemory,
    ];

    /// Its path in `result.json`; the last two are counted from `attempts.jsonl`.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
            Metric::Error => "error",
            Metric::MacroF1 => "macro_f1",
            Metric::DetectionAuroc => "detection.auroc",
            Metric::DetectionPrecision => "detection.precision",
            Metric::DetectionRecall => "detection.recall",
            Metric::ElapsedS => "elapsed_s",
            Metric::CpuS => "cpu_s",
            Metric::PeakMemory => "peak_memory",
        }
    }

    /// What it is called in a caption, with its unit.
    pub fn title(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy in percent",
            Metric::Error => "error in percent",
            Metric::MacroF1 => "macro F1 in percent",
            Metric::DetectionAuroc => "AUROC of finding wrong labels, 0 to 1",
            Metric::DetectionPrecision => "precision of finding wrong labels, 0 to 1",
            Metric::DetectionRecall => "recall of finding wrong labels, 0 to 1",
            Metric::ElapsedS => "time of the run in seconds",
            Metric::CpuS => "processor time of the run in seconds",
            Metric::PeakMemory => "greatest memory of the run in MiB",
        }
    }

    /// Number of decimals that a reader wants.
    pub fn decimals(self) -> usize {
        match self {
            Metric::DetectionAuroc | Metric::DetectionPrecision | Metric::DetectionRecall => 3,
            Metric::CpuS | Metric::PeakMemory => 0,
            _ => 1,
        }
    }

    /// Whether it is a score of a classifier, which the model without training has, too.
    pub fn is_score(self) -> bool {
        matches!(self, Metric::Accuracy | Metric::Error | Metric::MacroF1)
    }

    /// The metric called `name`.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the nearest names.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|m| m.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known = Self::ALL.map(|m| m.name().to_owned()).to_vec();
            Error::UnknownName { kind: "metric", name: name.to_owned(), nearest: Vec::new(), known }
        })
    }

    /// Its value in a run, where it was measured.
    pub fn of(self, run: &Run) -> Option<f64> {
        let result = &run.result;
        let found = |score: fn(&DetectionScores) -> Option<f64>| score(&result.detection.as_ref()?.mean);
        match self {
            Metric::Accuracy | Metric::Error | Metric::MacroF1 => self.of_scores(result.scores.as_ref()?),
            Metric::DetectionAuroc => found(|d| d.auroc),
            Metric::DetectionPrecision => found(|d| d.precision),
            Metric::DetectionRecall => found(|d| d.recall),
            Metric::ElapsedS => Some(result.elapsed_s).filter(|s| s.is_finite()),
            Metric::CpuS => run.usage.cpu_seconds,
            Metric::PeakMemory => run.usage.peak_memory.map(|bytes| bytes as f64 / f64::from(1 << 20)),
        }
    }

    /// Its value in a classifier's scores, where it is one of them.
    pub fn of_scores(self, scores: &Scores) -> Option<f64> {
        let value = match self {
            Metric::Accuracy => scores.accuracy,
            Metric::Error => scores.error,
            Metric::MacroF1 => scores.macro_f1,
            _ => return None,
        };
        // A log may lack one of them.
        Some(value).filter(|v| v.is_finite())
    }
}
