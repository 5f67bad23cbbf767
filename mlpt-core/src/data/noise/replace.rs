//! The published noise axis: wrong images under right labels.

use super::classes::classes_with;
use super::{NoiseContext, NoiseModel, Noisy};
use crate::data::{ImageRef, Item};
use crate::{Error, Result};
use rand::seq::SliceRandom;
use std::collections::HashSet;
use std::path::PathBuf;

/// Of every class, `num_fp` items get another class's image; labels and class counts stay.
///
/// The image comes from the whole training split, from an item of another class, and serves as a
/// wrong image only once. As in the published code it may also be shown elsewhere under its own
/// label: with full data there are no other images to take.
pub struct InstanceReplace;

impl NoiseModel for InstanceReplace {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        replace(ctx, &ctx.donors.iter().collect::<Vec<_>>())
    }
}

/// What makes two items one image.
pub(super) fn identity(image: &ImageRef) -> (&str, Option<PathBuf>) {
    (image.key(), image.path())
}

/// Replaces images by those of `donors` that have another label, each once at most.
///
/// # Errors
/// When there are too few.
pub(super) fn replace(ctx: &NoiseContext<'_>, donors: &[&Item]) -> Result<Vec<Noisy>> {
    let mut noisy = super::clean(ctx.items);
    let mut used: HashSet<(&str, Option<PathBuf>)> = HashSet::new();
    for class in classes_with(ctx)? {
        let label = class.label;
        let rng = &mut ctx.rng.at(label).rng();
        let mut others: Vec<&Item> = donors.iter().copied().filter(|d| d.label != label).collect();
        others.shuffle(rng);
        let mut others = others.into_iter();
        // Two items of the split can be the same image: the image is what must not come twice.
        for index in class.choose(rng) {
            let donor = others.find(|d| used.insert(identity(&d.image))).ok_or_else(|| {
                Error::invalid(format!(
                    "{}: the training split has too few images of other classes for class {label}; \
                     each can be a wrong image once only",
                    ctx.amount
                ))
            })?;
            noisy[index].true_label = Some(donor.label);
            noisy[index].item.image = donor.image.clone();
            noisy[index].item.domain = donor.domain;
        }
    }
    Ok(noisy)
}
