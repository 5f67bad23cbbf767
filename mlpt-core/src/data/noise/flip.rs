//! True label flips: the image stays, the label is wrong.

use super::classes::classes_with;
use super::{NoiseContext, NoiseModel, Noisy};
use crate::{Error, Result};
use rand::Rng as _;

/// Of every class, `num_fp` items get a label that is drawn uniformly from the other classes.
pub struct Symmetric;

/// Of every class, `num_fp` items get the label of the next class; the last class's next is the first.
pub struct Pair;

impl NoiseModel for Symmetric {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        flip(ctx, |label, rng| {
            let other = rng.random_range(0..ctx.num_classes() - 1);
            if other < label { other } else { other + 1 }
        })
    }
}

impl NoiseModel for Pair {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        flip(ctx, |label, _| (label + 1) % ctx.num_classes())
    }
}

fn flip(ctx: &NoiseContext<'_>, wrong: impl Fn(usize, &mut crate::rng::Rng) -> usize) -> Result<Vec<Noisy>> {
    several_classes(ctx)?;
    let mut noisy = super::clean(ctx.items);
    for class in classes_with(ctx)? {
        let label = class.label;
        let rng = &mut ctx.rng.at(label).rng();
        for index in class.choose(rng) {
            noisy[index].item.label = wrong(label, rng);
        }
    }
    Ok(noisy)
}

/// # Errors
/// When labels are to be flipped and there is no other label.
pub(super) fn several_classes(ctx: &NoiseContext<'_>) -> Result<()> {
    match ctx.amount.is_none() || ctx.num_classes() > 1 {
        true => Ok(()),
        false => Err(Error::invalid("labels cannot be flipped where there is only one class")),
    }
}
