//! Wrong labels, made on purpose and written down.

mod base;

pub use base::{FeatureSource, Manifest, ManifestRow, NoiseContext, NoiseModel, Noisy};

use crate::{Registries, Result};

/// Registers the framework's noise models.
///
/// # Errors
/// When a name is taken twice.
pub fn register(_registries: &mut Registries) -> Result<()> {
    Ok(())
}
