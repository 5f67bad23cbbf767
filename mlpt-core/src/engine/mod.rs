//! The run: from settings to `result.json`.

mod attempts;
mod base;
mod begin;
mod clean;
mod detection;
mod draw;
mod evaluate;
mod exact;
mod facts;
mod images;
mod job;
mod lock;
mod model;
mod names;
mod options;
mod passes;
mod rates;
mod recorded;
mod result;
mod run;
mod rundir;
mod scoring;
mod state;
mod train;
mod utc;
mod waits;

pub use base::{BuildContext, EpochContext, EpochReport, LearnerInfo, StopFlag, Trainer, TrainerState};
pub use draw::DrawConfig;
pub use evaluate::{Checkpoints, EvalResult, evaluate};
pub use job::load_splits;
pub use options::RunOptions;
pub(crate) use recorded::Recorded;
pub use result::{DetectionResult, DetectionScores, NoiseResult, RESULT_VERSION, RunResult, Scores};
pub use run::{build_only, run};
pub use rundir::RunDir;
pub use state::{RunState, StateMeta};
