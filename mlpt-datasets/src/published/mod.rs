//! The fifteen data sets of the CoOp family, by their published names and layouts.

mod base;
mod check;
mod making;
mod places;
mod table;

pub use base::{Published, SplitSource};
pub use check::{Check, Difference, check};
pub use table::{PUBLISHED, find};

use mlpt_core::registries::DatasetFactory;
use mlpt_core::registry::Entry;
use mlpt_core::{Registries, Result};
use std::sync::Arc;

/// Registers the fifteen.
///
/// # Errors
/// When a name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    for set in &PUBLISHED {
        let factory: DatasetFactory = Arc::new(move |ctx| set.load(ctx));
        registries.datasets.register(Entry::new(set.name, set.summary, set.doc, factory).aliases(set.aliases))?;
    }
    Ok(())
}
