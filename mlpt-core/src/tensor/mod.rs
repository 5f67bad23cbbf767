//! Devices, weights that are frozen or trainable, and the differentiable operations that candle
//! lacks a backward pass for.
//!
//! candle's fused softmax and layer norm cut the gradient without a word, and its product always
//! computes the gradient of both factors. The operations here compute their value without a graph
//! and put it into the graph with [`graft()`], together with the gradient written out by hand.

mod activation;
mod affine;
mod attention;
mod device;
mod graft;
mod image;
mod kernel;
mod layer_norm;
mod linear;
mod normalize;
mod softmax;
mod weight;
mod windows;

pub use activation::{Activation, quick_gelu};
pub use attention::self_attention;
pub use device::{parse_dtype, pick_device};
pub use graft::{Backward, graft};
pub use image::{average_pool, relu};
pub use layer_norm::LayerNorm;
pub use linear::{JoinedLinear, Linear};
pub use normalize::normalize;
pub use softmax::{attention_weights, softmax};
pub use weight::Weight;
pub use windows::Windows;

pub(crate) use affine::add_repeated;
pub(crate) use attention::{Attended, join_heads};
pub(crate) use softmax::{attention_weights_grad, attention_weights_value};

#[cfg(test)]
mod tests;
