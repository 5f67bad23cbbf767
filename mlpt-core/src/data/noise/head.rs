//! The noise of MLPT's published code.

use super::{NoiseContext, NoiseModel, Noisy};
use crate::{Error, Result};
use rand::Rng as _;

/// The *first* `num_fp` items of the whole list, which is grouped by class and so nearly always
/// of the first class, get a label drawn uniformly from all classes, the true one included.
///
/// This is what MLPT's published code does, but for its corrupted class names: those are right
/// here. As a noise axis it is next to nothing (8 of 1600 items); it is kept for comparison.
pub struct UniformHead;

impl NoiseModel for UniformHead {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        if ctx.num_fp > ctx.items.len() {
            return Err(Error::invalid(format!(
                "DATASET.NUM_FP is {}, but there are only {} items",
                ctx.num_fp,
                ctx.items.len()
            )));
        }
        let mut noisy = super::clean(ctx.items);
        let rng = &mut ctx.rng.rng();
        for item in &mut noisy[..ctx.num_fp] {
            item.item.label = rng.random_range(0..ctx.num_classes);
        }
        Ok(noisy)
    }
}
