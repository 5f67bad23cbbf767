//! The image towers: a vision transformer, or OpenAI's modified residual network.

mod convolution;
mod pool;
mod resnet;
mod split;
mod tower;
mod transformer;

pub(super) use split::in_parts;
pub use tower::VisionTower;
