//! What a caller decides about a run beside its settings.

use super::StopFlag;
use crate::event::{EventSink, LogFile};

/// How a run is carried out; none of it changes its numbers.
#[derive(Default)]
pub struct RunOptions {
    /// Set it to stop after the step that is under way.
    pub stop: StopFlag,
    /// Who listens beside the run's own files: a terminal, a progress bar.
    pub sinks: Vec<Box<dyn EventSink>>,
    /// Becomes the run's `log.txt`; a clone can be given to a `tracing` layer.
    pub log: LogFile,
    /// Replace a run that lies in the output folder already.
    pub overwrite: bool,
}
