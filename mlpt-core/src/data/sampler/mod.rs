//! In which order items are shown.

mod base;

pub use base::{SampleMeta, Sampler};

use crate::{Registries, Result};

/// Registers the framework's samplers.
///
/// # Errors
/// When a name is taken twice.
pub fn register(_registries: &mut Registries) -> Result<()> {
    Ok(())
}
