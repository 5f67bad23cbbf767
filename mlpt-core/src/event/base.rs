//! The stream of events.

use super::read::{figure, figures};
use crate::mixture::GaussianMixture;
use serde::{Deserialize, Serialize};

/// One optimiser step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What the step belongs to, empty for a single learner (`Warmup CLIP1`, `Train CLIP2`).
    pub phase: String,
    /// Learner's name (`prompt_learner1`).
    pub learner: String,
    /// One-based epoch.
    pub epoch: usize,
    /// Number of epochs.
    pub max_epoch: usize,
    /// One-based batch.
    pub batch: usize,
    /// Number of batches in this epoch.
    pub num_batches: usize,
    /// Seconds for the whole step.
    #[serde(deserialize_with = "figure")]
    pub time_s: f64,
    /// Seconds that the step waited for its data.
    #[serde(deserialize_with = "figure")]
    pub data_s: f64,
    /// Losses by name; the first is the one that was minimised.
    #[serde(deserialize_with = "figures")]
    pub losses: Vec<(String, f64)>,
    /// Batch accuracy in percent, where the trainer has one.
    pub acc: Option<f64>,
    /// Learning rate of this step, of this learner.
    #[serde(deserialize_with = "figure")]
    pub lr: f64,
    /// Euclidean norm of the gradient over the learner's parameters.
    #[serde(deserialize_with = "figure")]
    pub grad_norm: f64,
}

/// How a learner's losses on the pool lie, as its selector saw them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Such as `pool-loss/prompt_learner1`.
    pub name: String,
    /// One-based epoch.
    pub epoch: usize,
    /// The smallest loss, where the first bin begins.
    #[serde(deserialize_with = "figure")]
    pub low: f64,
    /// The largest, where the last one ends.
    #[serde(deserialize_with = "figure")]
    pub high: f64,
    /// Items in each of the equal bins.
    pub counts: Vec<u64>,
    /// Those of them whose label is known to be wrong; `None` where none is.
    pub wrong: Option<Vec<u64>>,
    /// The mixture that was fitted to the losses, where one was; it lies over losses scaled from `low..high` to
    /// `0..1`, and its first component is the clean one.
    pub mixture: Option<GaussianMixture>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A step was taken.
    Step(Step),
    /// Training starts, or goes on after a resume.
    Start {
        /// One-based first epoch that will be run.
        epoch: usize,
        /// Number of epochs.
        max_epoch: usize,
        /// The learners in the order in which an epoch trains them.
        learners: Vec<String>,
    },
    /// An epoch is over; what it came to has been told, and its state is saved next.
    EpochEnd {
        /// One-based epoch.
        epoch: usize,
        /// Number of epochs.
        max_epoch: usize,
        /// Seconds that it took, evaluation included.
        #[serde(deserialize_with = "figure")]
        time_s: f64,
    },
    /// A figure of an epoch.
    Scalar {
        /// Such as `detection/prompt_learner1/auroc`.
        name: String,
        /// One-based epoch.
        epoch: usize,
        /// The figure.
        #[serde(deserialize_with = "figure")]
        value: f64,
    },
    /// How many items have which figure.
    Histogram(Histogram),
    /// A line for people.
    Note {
        /// The line.
        text: String,
    },
    /// A line for the log, of little use to most who watch.
    Detail {
        /// The line.
        text: String,
    },
    /// Something that a person should look at.
    Warning {
        /// What and why.
        text: String,
    },
}

impl Event {
    /// The names of all kinds, the field `event` of `metrics.jsonl`.
    pub const KINDS: [&str; 8] = ["step", "start", "epoch-end", "scalar", "histogram", "note", "detail", "warning"];
}

/// A listener.
pub trait EventSink: Send {
    /// Takes one event. A listener that fails reports it itself; the run goes on.
    fn emit(&mut self, event: &Event);

    /// Brings everything taken so far to its destination: called before a state is saved.
    fn flush(&mut self) {}
}

/// All listeners of a run.
#[derive(Default)]
pub struct Events {
    sinks: Vec<Box<dyn EventSink>>,
}

impl Events {
    /// Adds a listener.
    pub fn add(&mut self, sink: Box<dyn EventSink>) {
        self.sinks.push(sink);
    }

    /// Tells every listener.
    pub fn emit(&mut self, event: Event) {
        for sink in &mut self.sinks {
            sink.emit(&event);
        }
    }

    /// Flushes every listener.
    pub fn flush(&mut self) {
        for sink in &mut self.sinks {
            sink.flush();
        }
    }

    /// Tells a line for people.
    pub fn note(&mut self, text: impl Into<String>) {
        self.emit(Event::Note { text: text.into() });
    }

    /// Tells a line for the log.
    pub fn detail(&mut self, text: impl Into<String>) {
        self.emit(Event::Detail { text: text.into() });
    }

    /// Tells a warning.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.emit(Event::Warning { text: text.into() });
    }

    /// Tells a figure of an epoch (`epoch` is one-based).
    pub fn scalar(&mut self, name: impl Into<String>, epoch: usize, value: f64) {
        self.emit(Event::Scalar { name: name.into(), epoch, value });
    }
}
