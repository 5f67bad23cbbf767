//! How MLPT is found by name.

use super::Mlpt;
use super::config::{Method, SECTION, SLOTS, keys};
use crate::published;
use mlpt_core::registries::TrainerFactory;
use mlpt_core::registry::Entry;
use mlpt_core::{Registries, Result};
use std::sync::Arc;

/// Registers the trainer.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    let factory: TrainerFactory = Arc::new(|ctx| Ok(Box::new(Mlpt::build(ctx)?)));
    let entry = Entry::new(
        "MLPT",
        "two prompt learners that teach each other which labels to trust",
        "Mutual learning of prompts under noisy labels. WARMUP.EPOCH epochs on the given labels; then, \
         every epoch, a selector (SELECTOR.NAME; by default a two-component Gaussian mixture on each \
         learner's losses) tells probably clean labels from the others, and each learner trains on its peer's split: clean images with \
         co-refined labels (cross-entropy or another LOSS.NAME), the others with co-guessed ones \
         (squared error, LAMBDA_U). At test the two learners' logits are summed. Each learner may have a \
         mechanism and settings of its own (TRAINER.MLPT.LEARNER1, LEARNER2), which fall back to \
         TRAINER.MLPT, then to the mechanism's section.",
        factory,
    )
    .aliases(&["RCoOp"])
    .section(SECTION)
    .keys(keys())
    .learners(&SLOTS)
    .selects()
    .check(|config| Method::read(config).map(drop));
    registries.trainers.register(published::training(entry))
}
