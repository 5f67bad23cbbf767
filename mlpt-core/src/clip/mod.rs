//! CLIP: towers, tokenizer, weights, sources.
//!
//! One code path serves both uses: a [`FrozenClip`] of plain tensors that every learner shares, and a
//! [`ClipModel`] of trainable tensors for pre-training. Names on disk are those of Hugging Face.

mod apart;
mod block;
mod config;
mod describe;
mod frozen;
mod model;
mod openai;
mod passes;
mod pictures;
mod preprocess;
mod source;
mod text;
mod tokenizer;
pub mod tokenizer_train;
mod vision;
mod vocabulary;
mod weights;

#[cfg(test)]
mod tests;

pub use config::{ClipConfig, ResnetConfig, TextConfig, VisionConfig};
pub use describe::rename_weights;
pub use frozen::{FrozenClip, TEXT_MEMORY};
pub use model::ClipModel;
pub use openai::tokenizer_json as openai_tokenizer_json;
pub use passes::Passes;
pub use preprocess::{Interpolation, Preprocess};
pub use source::{Backbone, ModelFiles, ModelSource, backbones, write_model};
pub use text::{TextBatch, TextSize, TextTower, text_parts};
pub use tokenizer::Tokenizer;
pub use vision::VisionTower;
pub use weights::{Init, Weights};
