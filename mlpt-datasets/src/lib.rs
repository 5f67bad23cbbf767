//! The data sets that are registered by name, and the renderer behind the built-in ones.

mod listing;
pub mod own;
pub mod pictograms;
pub mod published;
pub mod render;
pub mod root;

pub use listing::images_below;
pub use own::{folder, split_file};

use mlpt_core::{Registries, Result};

/// Registers every data set.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    pictograms::register(registries)?;
    published::register(registries)?;
    own::register(registries)
}
