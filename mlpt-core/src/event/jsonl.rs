//! `metrics.jsonl`: every event, one JSON object a line.

use super::{Event, EventSink, LogFile};
use serde::Serialize;
use std::io::Write;

/// Version of the lines of `metrics.jsonl`, the field `v`. It rises when a field changes its meaning.
pub const JSONL_VERSION: u32 = 1;

#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    #[serde(flatten)]
    event: &'a Event,
}

/// Writes each event as a line `{"v":1,"event":"scalar",...}`. A figure that is not finite is null.
pub struct JsonlSink {
    file: LogFile,
    buffer: Vec<u8>,
    failed: bool,
}

impl JsonlSink {
    /// A sink that writes to `file`.
    pub fn new(file: LogFile) -> Self {
        Self { file, buffer: Vec::new(), failed: false }
    }
}

impl EventSink for JsonlSink {
    fn emit(&mut self, event: &Event) {
        // Where a run goes on is no part of its story: it has been told that it started.
        if matches!(event, Event::Start { epoch, .. } if *epoch > 1) {
            return;
        }
        // Into memory: neither can fail, events hold only strings and numbers.
        let _ = serde_json::to_writer(&mut self.buffer, &Line { v: JSONL_VERSION, event });
        self.buffer.push(b'\n');
        // Steps come in quick succession; anything else is worth a write.
        if self.buffer.len() > 1 << 14 || !matches!(event, Event::Step(_)) {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Err(e) = self.file.write_all(&self.buffer)
            && !std::mem::replace(&mut self.failed, true)
        {
            tracing::warn!("metrics.jsonl cannot be written: {e}");
        }
        self.buffer.clear();
    }
}

impl Drop for JsonlSink {
    fn drop(&mut self) {
        self.flush();
    }
}
