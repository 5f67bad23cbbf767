//! CLIP: towers, tokenizer, weights, sources.

mod frozen;

pub use frozen::FrozenClip;
