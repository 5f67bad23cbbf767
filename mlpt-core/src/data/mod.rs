//! Data: items and splits, few-shot draws, noise, samplers, transforms, the loader.

mod batch;
mod broken;
mod cache;
mod decode;
mod fewshot;
#[cfg(test)]
mod fewshot_props;
mod groups;
mod item;
mod loader;
pub mod noise;
pub mod sampler;
mod shares;
mod shown;
mod subsample;
mod train;
pub mod transform;
mod views;
#[cfg(test)]
mod views_tests;

pub use batch::Batch;
pub use broken::{Broken, broken};
pub use decode::decode_picture;
pub use fewshot::{fewshot, fewshot_indices};
pub use item::{ImageRef, ImageStore, Item, Splits};
pub use loader::{Batches, Loader};
pub use noise::{FeatureSource, Manifest, ManifestRow, NoiseContext, NoiseModel, Noisy};
pub use sampler::{SampleMeta, Sampler};
pub use shares::{in_three, set_aside};
pub use subsample::Subsample;
pub use train::{Stream, TrainData};
pub use transform::{InputConfig, Transform, TransformConfig};
pub use views::ViewBank;

use crate::{Registries, Result};

/// Registers the framework's own samplers and noise models.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    sampler::register(registries)?;
    noise::register(registries)
}
