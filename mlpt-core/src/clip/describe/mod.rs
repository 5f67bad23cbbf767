//! What a model is, from whatever it came with: names of weights, open_clip's description, or the weights alone.

mod infer;
mod naming;
mod open_clip;

pub(super) use infer::infer;
pub use naming::rename_weights;
pub(super) use open_clip::read_open_clip;
