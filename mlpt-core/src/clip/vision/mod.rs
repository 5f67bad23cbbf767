//! The image towers: a vision transformer, or OpenAI's modified residual network.

mod convolution;
mod pool;
mod resnet;
mod tower;
mod transformer;

pub use tower::VisionTower;
