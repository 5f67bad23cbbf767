//! The two learners: any two mechanisms on one shared frozen CLIP.

use super::config::{LEARNERS, SECTION, SLOTS, mechanism};
use crate::{Learner, Slot};
use mlpt_core::Result;
use mlpt_core::engine::BuildContext;

/// Makes both learners. Each looks for a key in its own section, then in `TRAINER.MLPT`, then in
/// its mechanism's; initial values come from nodes of their own, so that neither learner depends
/// on what the other draws.
///
/// # Errors
/// As [`Learner::build`].
pub(super) fn build(ctx: &BuildContext<'_>) -> Result<[Learner; 2]> {
    Ok([build_one(ctx, 0)?, build_one(ctx, 1)?])
}

fn build_one(ctx: &BuildContext<'_>, number: usize) -> Result<Learner> {
    let slot = Slot {
        name: LEARNERS[number],
        mechanism: &mechanism(ctx.config, SLOTS[number])?,
        sections: &[SLOTS[number], SECTION],
        rng: ctx.rng.child(LEARNERS[number]),
    };
    Learner::build(ctx, &slot)
}
