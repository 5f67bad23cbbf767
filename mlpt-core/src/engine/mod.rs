//! The run: from settings to `result.json`.

mod base;

pub use base::{BuildContext, EpochContext, EpochReport, LearnerInfo, StopFlag, Trainer, TrainerState};
