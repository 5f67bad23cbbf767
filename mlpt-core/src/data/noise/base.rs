//! The seam for noise.

use crate::Result;
use crate::data::Item;
use crate::rng::RngTree;
use candle_core::Tensor;
use serde::{Deserialize, Serialize};

/// Gives image features to noise models that need them. Made from the run's CLIP.
pub trait FeatureSource {
    /// Unnormalised image features `[N, E]` of the items under the test transform.
    ///
    /// # Errors
    /// When an image cannot be read.
    fn features(&self, items: &[Item]) -> Result<Tensor>;
    /// Normalised zero-shot text features `[C, E]`.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn class_features(&self) -> Result<Tensor>;
}

/// What a noise model works on.
pub struct NoiseContext<'a> {
    /// The items to spoil, grouped by class in first-seen order; their labels are true.
    pub items: &'a [Item],
    /// The whole clean training split: where other classes' images come from.
    pub donors: &'a [Item],
    /// `C`.
    pub num_classes: usize,
    /// `DATASET.NUM_FP`: wrong items per class.
    pub num_fp: usize,
    /// Shots per class that were asked for, at least 1.
    pub num_shots: usize,
    /// For the draws.
    pub rng: RngTree,
    /// For protocols that need CLIP features.
    pub features: &'a dyn FeatureSource,
}

/// An item after the noise, with its true label where that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Noisy {
    /// Image and *given* label.
    pub item: Item,
    /// The label that the image really has.
    pub true_label: Option<usize>,
}

/// Makes some labels wrong.
pub trait NoiseModel: Send + Sync {
    /// The items with given labels, in the same order and number as `ctx.items`.
    ///
    /// # Errors
    /// When the noise that is asked for is not possible with these items.
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>>;
}

/// One line of `noise.csv`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestRow {
    /// Position among the training items or the pool.
    pub index: usize,
    /// The true label, empty where it is not known.
    pub true_label: Option<usize>,
    /// The label that the trainer sees.
    pub given_label: usize,
    /// Key of the image.
    pub image: String,
}
