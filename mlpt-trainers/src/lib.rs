//! The prompt mechanisms and training methods that are registered by name.
//!
//! | name | kind | module |
//! |---|---|---|
//! | `CoOp`, `CoCoOp`, `MaPLe`, `RMaPLe`, `VPT`, `IVLP` | mechanism | [`mechanisms`] |
//! | `ZeroshotCLIP`, `ZeroshotCLIP2` | trainer | [`zeroshot`] |
//! | `CoOp`, `CoCoOp`, `MaPLe`, `RMaPLe`, `VPT`, `IVLP` | trainer: one learner of that mechanism | [`single`] |
//! | `MLPT` | trainer: two learners of any two mechanisms | [`mlpt`] |
//!
//! [`Learner`], [`Images`] and [`supervised`] are what the trainers share; a trainer of another
//! crate can build on them too.

mod images;
mod learner;
pub mod mechanisms;
pub mod mlpt;
mod published;
pub mod single;
mod step;
pub mod supervised;
pub mod zeroshot;

pub use images::Images;
pub use learner::{Learner, Slot};
pub use step::{Means, Place, accuracy};

use mlpt_core::{Registries, Result};

/// Registers every mechanism and trainer of this crate.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    mechanisms::register(registries)?;
    zeroshot::register(registries)?;
    single::register(registries)?;
    mlpt::register(registries)
}
