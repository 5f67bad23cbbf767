//! What a run tells while it goes on, and who listens.

mod base;
mod histogram;
mod jsonl;
mod lines;
mod log_file;
mod read;
pub mod tensorboard;
mod text;

pub use base::{Event, EventSink, Events, Histogram, Step};
pub use jsonl::{JSONL_VERSION, JsonlSink};
pub use lines::LineFormat;
pub use log_file::LogFile;
pub use read::{MetricsTail, News};
pub use text::{LogSink, duration, scientific};
