//! Checkpoints in safetensors: what one learner has learnt.

mod archive;
mod learner;
mod parameters;
mod published;

pub use archive::{Archive, FORMAT_VERSION};
pub use learner::{
    LearnerCheckpoint, LearnerMeta, best_path, checkpoint_path, find_best, find_checkpoint, list_epochs,
};
pub use parameters::{load_parameters, parameter_tensors};
