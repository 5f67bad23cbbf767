//! What a run tells while it goes on, and who listens.

mod base;

pub use base::{Event, EventSink, Events, Step};
