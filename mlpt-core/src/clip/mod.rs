//! CLIP: towers, tokenizer, weights, sources.
//!
//! One code path serves both uses: a [`FrozenClip`] of plain tensors that every learner shares, and a
//! [`ClipModel`] of trainable tensors for pre-training. Names on disk are those of Hugging Face.

mod block;
mod config;
mod frozen;
mod model;
mod passes;
mod preprocess;
mod source;
mod text;
mod tokenizer;
pub mod tokenizer_train;
mod vision;
mod weights;

#[cfg(test)]
mod tests;

pub use config::{ClipConfig, TextConfig, VisionConfig};
pub use frozen::FrozenClip;
pub use model::ClipModel;
pub use passes::Passes;
pub use preprocess::{Interpolation, Preprocess};
pub use source::{ModelFiles, ModelSource, write_model};
pub use text::{TextBatch, TextTower};
pub use tokenizer::Tokenizer;
pub use vision::VisionTower;
pub use weights::{Init, Weights};
