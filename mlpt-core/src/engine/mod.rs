//! The run: from settings to `result.json`.

mod base;
mod state;

pub use base::{BuildContext, EpochContext, EpochReport, LearnerInfo, StopFlag, Trainer, TrainerState};
pub use state::{RunState, StateMeta};
