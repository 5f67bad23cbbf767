//! Prompt-tuning mechanisms: a few trainable tensors each, over a CLIP that never changes.

mod cocoop;
mod coop;
mod cosine;
mod cost;
mod coupled;
mod draw;
mod ivlp;
mod layout;
mod leading;
mod linear;
mod maple;
mod rmaple;
mod visual;
mod vpt;
mod weight_net;

pub use cocoop::{CoCoOp, CoCoOpConfig};
pub use coop::{CoOp, CoOpConfig};
pub use cosine::{cosine_logits, image_features, prompted_logits};
pub use coupled::MaPLeConfig;
pub use ivlp::{Ivlp, IvlpConfig};
pub use layout::{ClassTokenPosition, ClassTokens};
pub use maple::MaPLe;
pub use rmaple::RMaPLe;
pub use vpt::{Vpt, VptConfig};

use mlpt_core::{Registries, Result};

/// Registers the mechanisms of this crate.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    registries.mechanisms.register(coop::entry())?;
    registries.mechanisms.register(cocoop::entry())?;
    registries.mechanisms.register(maple::entry())?;
    registries.mechanisms.register(rmaple::entry())?;
    registries.mechanisms.register(vpt::entry())?;
    registries.mechanisms.register(ivlp::entry())
}
