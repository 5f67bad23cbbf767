//! Wrong labels, made on purpose and written down.

mod amount;
mod asymmetric;
mod base;
mod classes;
mod confusion;
mod entries;
mod flip;
mod given;
mod halves;
mod head;
mod instance;
mod listing;
mod manifest;
#[cfg(test)]
mod props;
mod replace;
#[cfg(test)]
mod tests;
mod weighted;

pub use amount::{Amount, Level, NUM_FP, NoiseScope, RATE, SCOPE};
pub use asymmetric::{Asymmetric, AsymmetricConfig};
pub use base::{FeatureSource, ManifestRow, NoiseContext, NoiseModel, Noisy};
pub use confusion::{Confusion, ConfusionConfig};
pub use entries::{FILE, register};
pub use flip::{Pair, Symmetric};
pub use given::{GivenConfig, GivenLabels};
pub use halves::InstanceReplaceHalves;
pub use head::UniformHead;
pub use instance::InstanceDependent;
pub use manifest::Manifest;
pub use replace::InstanceReplace;

use crate::data::Item;

/// The items as they are, their labels taken for true.
pub fn clean(items: &[Item]) -> Vec<Noisy> {
    items.iter().map(|item| Noisy { item: item.clone(), true_label: Some(item.label) }).collect()
}
