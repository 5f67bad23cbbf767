//! Random transforms. Each says what it draws from the generator; what was drawn is applied elsewhere, by
//! an [`Op`](super::ops::Op) or by a function here, and draws nothing.

mod base;
mod blur;
mod crop;
mod cutout;
mod jitter;
mod kind;
mod noise;
mod policy;
mod randaugment;
mod spaces;
mod tables;
mod translation;

pub use base::Augment;
pub use blur::GaussianBlur;
pub use crop::RandomCrop;
pub use cutout::Cutout;
pub use jitter::ColorJitter;
pub use kind::Kind;
pub use noise::GaussianNoise;
pub use policy::Policy;
pub use randaugment::{MAGNITUDES, RandAugment};
pub use translation::Translation;

use rand::Rng as _;

/// A number between `low` and `high`.
fn uniform(low: f64, high: f64, rng: &mut crate::rng::Rng) -> f64 {
    rng.random_range(low..=high)
}

/// A number that is uniform on 0..1.
fn share(rng: &mut crate::rng::Rng) -> f64 {
    rng.random()
}
