//! Prompt-tuning mechanisms over a frozen CLIP.

mod base;

pub use base::{ImageInput, ImageSide, LearnerContext, NamedVar, PromptLearner, Shapes, TextState};
