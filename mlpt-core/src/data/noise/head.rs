//! The noise of MLPT's published code.

use super::amount::NUM_FP;
use super::{NoiseContext, NoiseModel, Noisy};
use crate::{Error, Result};
use rand::Rng as _;

/// The *first* items of the whole list, NUM_FP or the share RATE of them, get a label drawn uniformly
/// from all classes, the true one included. The list is grouped by class, so these are nearly always of
/// the first class.
///
/// This is what MLPT's published code does, but for its corrupted class names: those are right
/// here. As a noise axis it is next to nothing (8 of 1600 items); it is kept for comparison.
pub struct UniformHead;

impl NoiseModel for UniformHead {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        let count = ctx.amount.of_all(ctx.items.len(), 1);
        if count > ctx.items.len() {
            let message = format!("{NUM_FP} is {count}, but there are only {} items", ctx.items.len());
            return Err(Error::invalid(message));
        }
        let mut noisy = super::clean(ctx.items);
        let rng = &mut ctx.rng.rng();
        for item in &mut noisy[..count] {
            item.item.label = rng.random_range(0..ctx.num_classes());
        }
        Ok(noisy)
    }
}
