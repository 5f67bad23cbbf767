//! The seam for noise.

use super::Amount;
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
    /// What cosines are multiplied with to become logits; 100 where a source has no say.
    fn logit_scale(&self) -> f64 {
        100.0
    }
}

/// What a noise model works on.
pub struct NoiseContext<'a> {
    /// The items to spoil, grouped by class in first-seen order; their labels are true.
    pub items: &'a [Item],
    /// The clean training items whose images may be shown as wrong ones: the whole split for training
    /// items, and for a pool what training does not show yet.
    pub donors: &'a [Item],
    /// The whole clean training split.
    pub train: &'a [Item],
    /// `C` names by label, as prompts use them.
    pub class_names: &'a [String],
    /// How much is to be wrong.
    pub amount: Amount,
    /// For the draws.
    pub rng: RngTree,
    /// For draws that training items and pool have in common, such as a random projection.
    pub common: RngTree,
    /// For protocols that need CLIP features.
    pub features: &'a dyn FeatureSource,
}

impl NoiseContext<'_> {
    /// `C`.
    pub fn num_classes(&self) -> usize {
        self.class_names.len()
    }
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
    /// The items with given labels, in the same order and number as `ctx.items`. Where nothing is to
    /// be wrong, the items as they are.
    ///
    /// # Errors
    /// When the noise that is asked for is not possible with these items.
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>>;

    /// Positions of the items of the clean training split that few-shot sets and pools may be drawn
    /// from where something is to be wrong, in order; `None` for all.
    fn eligible(&self, train: &[Item]) -> Option<Vec<usize>> {
        let _ = train;
        None
    }

    /// Settings that name files, each with a digest of what the file says: a draw hangs on that, not
    /// on where the file lies.
    fn inputs(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
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
