//! Prompt-tuning mechanisms: a few trainable tensors each, over a CLIP that never changes.

mod coop;
mod cosine;
mod draw;
mod layout;
mod maple;

pub use coop::{CoOp, CoOpConfig};
pub use cosine::{cosine_logits, image_features};
pub use layout::{ClassTokenPosition, ClassTokens};
pub use maple::{MaPLe, MaPLeConfig};

use mlpt_core::{Registries, Result};

/// Registers the mechanisms of this crate.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    registries.mechanisms.register(coop::entry())?;
    registries.mechanisms.register(maple::entry())
}
