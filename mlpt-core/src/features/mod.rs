//! Image features that are kept on the disk, so that what is deterministic is computed once.
//!
//! A row is found by the image's bytes and by everything that makes its numbers what they are
//! ([`Recipe`]); numbers that are found equal, bit for bit, those that encoding gives.

mod digests;
mod file;
mod index;
mod kept;
mod listing;
mod lock;
mod place;
mod probe;
mod recipe;
mod stamp;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use kept::features;
pub use listing::{KeptFile, Listing, clear, list};
pub use place::{FeaturesConfig, default_folder, folder};
pub use recipe::Recipe;
pub(crate) use stamp::Stamp;
pub use store::FeatureStore;
