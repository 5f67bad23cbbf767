//! Runs of Dassl, and of programs built on it, from their logs. There is no `result.json`: the figures
//! are those that the log prints, and what was run stands in the settings at its head or in its path.

mod dump;
mod kind;
mod layout;
mod log;
mod read;
mod setup;

pub use setup::Setup;

pub(super) use kind::{Kind, kind};
pub(super) use layout::{backbone, epochs};
pub(super) use read::read;

/// The log of a run; `log.txt-DATE` beside it is of a later evaluation and does not count.
pub(super) const LOG: &str = "log.txt";

/// Stands for the name of the noise model, which no log tells.
pub(super) const NOISE: &str = "not recorded";

/// Whether `dir` has the name that Dassl's scripts give to the folder of a run.
pub(super) fn is_run_folder(dir: &std::path::Path) -> bool {
    layout::seed(dir).is_some()
}
