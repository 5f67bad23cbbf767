//! The published noise axis: wrong images under right labels.

use super::classes::classes_with;
use super::{NoiseContext, NoiseModel, Noisy};
use crate::{Error, Result};
use rand::seq::SliceRandom;
use std::collections::HashSet;

/// Of every class, `num_fp` items get another class's image; labels and class counts stay.
///
/// The image comes from the whole training split, from an item of another class, and serves as a
/// wrong image only once. As in the published code it may also be shown elsewhere under its own
/// label: with full data there are no other images to take.
pub struct InstanceReplace;

impl NoiseModel for InstanceReplace {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        let mut noisy = super::clean(ctx.items);
        let mut used: HashSet<(&str, Option<std::path::PathBuf>)> = HashSet::new();
        for (label, mut group) in classes_with(ctx)? {
            let rng = &mut ctx.rng.at(label).rng();
            let mut donors: Vec<usize> = (0..ctx.donors.len()).filter(|&i| ctx.donors[i].label != label).collect();
            donors.shuffle(rng);
            let mut donors = donors.into_iter().map(|i| &ctx.donors[i]);
            let (chosen, _) = group.partial_shuffle(rng, ctx.num_fp);
            // Two items of the split can be the same image: the image is what must not come twice.
            for &mut index in chosen {
                let donor = donors.find(|d| used.insert((d.image.key(), d.image.path()))).ok_or_else(|| {
                    Error::invalid(format!(
                        "DATASET.NUM_FP {}: the training split has too few images of other classes for class {label}; \
                         each can be a wrong image once only",
                        ctx.num_fp
                    ))
                })?;
                noisy[index].true_label = Some(donor.label);
                noisy[index].item.image = donor.image.clone();
                noisy[index].item.domain = donor.domain;
            }
        }
        Ok(noisy)
    }
}
