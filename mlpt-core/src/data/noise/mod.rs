//! Wrong labels, made on purpose and written down.

mod base;
mod classes;
mod flip;
mod head;
mod manifest;
#[cfg(test)]
mod props;
mod replace;
#[cfg(test)]
mod tests;

pub use base::{FeatureSource, ManifestRow, NoiseContext, NoiseModel, Noisy};
pub use flip::{Pair, Symmetric};
pub use head::UniformHead;
pub use manifest::Manifest;
pub use replace::InstanceReplace;

use crate::data::Item;
use crate::registries::NoiseFactory;
use crate::registry::Entry;
use crate::{Registries, Result};
use std::sync::Arc;

/// The items as they are, their labels taken for true.
pub fn clean(items: &[Item]) -> Vec<Noisy> {
    items.iter().map(|item| Noisy { item: item.clone(), true_label: Some(item.label) }).collect()
}

/// Registers the framework's noise models.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    let all = &mut registries.noises;
    let replace: NoiseFactory = Arc::new(|_| Ok(Box::new(InstanceReplace)));
    all.register(
        Entry::new(
            "instance-replace",
            "per class, NUM_FP items show another class's image (the published noise axis)",
            "Of every class, exactly NUM_FP items keep their label and get the image of another class from the \
             training split. No image is used as a wrong one twice; it may be shown elsewhere under its own label, \
             as in the code that made the published baselines. Classes stay balanced.",
            replace,
        )
        .aliases(&["fp-substitute"]),
    )?;
    let symmetric: NoiseFactory = Arc::new(|_| Ok(Box::new(Symmetric)));
    all.register(
        Entry::new(
            "symmetric",
            "per class, NUM_FP items get a random other label",
            "Of every class, exactly NUM_FP items get a label drawn uniformly from the other classes. How many \
             wrong images a class ends up with varies.",
            symmetric,
        )
        .aliases(&["sym"]),
    )?;
    let pair: NoiseFactory = Arc::new(|_| Ok(Box::new(Pair)));
    all.register(
        Entry::new(
            "pair",
            "per class, NUM_FP items get the next class's label",
            "Of every class, exactly NUM_FP items get the label of the next class; after the last comes the first. \
             The hardest flips at a given rate, since they agree with one another.",
            pair,
        )
        .aliases(&["pairflip"]),
    )?;
    let head: NoiseFactory = Arc::new(|_| Ok(Box::new(UniformHead)));
    all.register(
        Entry::new(
            "uniform-head",
            "the first NUM_FP items of all get a random label (MLPT's published code)",
            "The first NUM_FP items of the whole training list, nearly always of its first class, get a label drawn \
             uniformly from all classes, the true one included: what MLPT's published code does, with class names \
             kept right. NUM_FP counts items, not items per class.",
            head,
        )
        .aliases(&["mlpt-head"]),
    )
}
