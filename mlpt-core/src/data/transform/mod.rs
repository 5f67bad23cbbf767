//! From a decoded picture to normalised pixels.

pub mod augment;
mod check;
mod config;
mod crop;
mod describe;
mod draws;
mod instance_norm;
mod kernels;
pub mod ops;
mod pipeline;
mod resize;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use augment::Augment;
pub use config::{InputConfig, TransformConfig};
pub use crop::{Window, center_window, random_resized_window, shorter_side};
pub use draws::Draws;
pub use instance_norm::instance_norm;
pub use pipeline::Transform;
pub use resize::{Filter, resize};
