//! What a column is of.

use crate::data::Subsample;
use serde::Serialize;

/// A data set and some of its classes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TargetKey {
    pub(super) dataset: String,
    pub(super) subsample: Subsample,
}

impl TargetKey {
    /// `ImageNetV2`, `Food101 (new)`.
    pub(super) fn label(&self) -> String {
        format!("{}{}", self.dataset, self.part())
    }

    /// ` (new)`, or nothing for all classes.
    fn part(&self) -> String {
        if self.subsample == Subsample::All { String::new() } else { format!(" ({})", self.subsample) }
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// The classes that the runs were trained on.
    Source,
    /// Other classes or another data set.
    Target,
    /// The harmonic mean of source and target.
    HarmonicMean,
    /// The mean over the targets.
    Average,
}

impl TargetKind {
    /// Its name in CSV.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::HarmonicMean => "harmonic-mean",
            Self::Average => "average",
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// Its name in the table.
    pub label: String,
    /// What stands in it.
    pub kind: TargetKind,
    /// Registry name of the data set; empty where it is of several.
    pub dataset: String,
    /// Of which classes; all where it is of several.
    pub subsample: Subsample,
    /// Number of images that were evaluated, where one number holds for all.
    pub images: Option<usize>,
}

impl Target {
    pub(super) fn of(key: &TargetKey, label: String, kind: TargetKind, images: Option<usize>) -> Self {
        Self { label, kind, dataset: key.dataset.clone(), subsample: key.subsample, images }
    }

    /// A column that is computed from the others.
    pub(super) fn computed(label: &str, kind: TargetKind) -> Self {
        Self { label: label.to_owned(), kind, dataset: String::new(), subsample: Subsample::All, images: None }
    }
}
