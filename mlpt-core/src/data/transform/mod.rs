//! From a decoded picture to normalised pixels.

mod config;
mod crop;
mod pipeline;
mod resize;

pub use config::{InputConfig, TransformConfig};
pub use crop::{Window, center_window, random_resized_window, shorter_side};
pub use pipeline::Transform;
pub use resize::{Filter, resize};
