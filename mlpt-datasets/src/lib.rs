//! The data sets that are registered by name, and the renderer behind the built-in ones.

pub mod pictograms;
pub mod render;

use mlpt_core::{Registries, Result};

/// Registers every data set.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    pictograms::register(registries)
}
