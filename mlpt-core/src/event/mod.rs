//! What a run tells while it goes on, and who listens.

mod base;
mod jsonl;
mod lines;
mod log_file;
mod text;

pub use base::{Event, EventSink, Events, Histogram, Step};
pub use jsonl::{JSONL_VERSION, JsonlSink};
pub use lines::LineFormat;
pub use log_file::LogFile;
pub use text::{LogSink, duration, scientific};
