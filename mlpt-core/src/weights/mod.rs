//! Files of weights, in every shape in which CLIP's weights and learnt prompts are published:
//! safetensors, `torch.save` and TorchScript.
//!
//! A file is told by its first bytes, never by its name. Each reader makes a list of [views](view::View)
//! (where in the file, which type, shape and strides); one piece of code then brings those into memory,
//! each straight into the vector that its tensor keeps. Every declared size is compared with what the
//! file really holds before anything is allocated.

mod archive;
mod describe;
mod file;
mod load;
mod pickle;
mod rebuild;
mod safetensors;
mod script;
mod sniff;
mod torch;
mod view;

pub use file::{Format, StateDict, TensorFile, read_state_dict, read_tensors};
