//! Hears what a trainer tells.

use mlpt_core::clip::{FrozenClip, Passes};
use mlpt_core::engine::StopFlag;
use mlpt_core::event::{Event, EventSink, Step};
use std::sync::{Arc, Mutex};

/// What was told.
#[derive(Clone, Default)]
pub struct Told {
    pub steps: Vec<Step>,
    /// The model's counters at each step.
    pub passes: Vec<Passes>,
    pub warnings: Vec<String>,
}

/// A listener that keeps everything, and may ask for a stop.
#[derive(Clone, Default)]
pub struct Recorder {
    told: Arc<Mutex<Told>>,
    clip: Option<FrozenClip>,
    stop: Option<(String, StopFlag)>,
}

impl Recorder {
    /// Reads the model's pass counters at every step.
    pub fn counting(clip: &FrozenClip) -> Self {
        Self { clip: Some(clip.clone()), ..Self::default() }
    }

    /// Sets `flag` at the first step of `phase`.
    pub fn stopping(phase: &str, flag: &StopFlag) -> Self {
        Self { stop: Some((phase.to_owned(), flag.clone())), ..Self::default() }
    }

    pub fn told(&self) -> Told {
        self.told.lock().unwrap().clone()
    }
}

impl EventSink for Recorder {
    fn emit(&mut self, event: &Event) {
        let mut told = self.told.lock().unwrap();
        match event {
            Event::Step(step) => {
                told.steps.push(step.clone());
                told.passes.extend(self.clip.as_ref().map(FrozenClip::passes));
                if let Some((_, flag)) = self.stop.as_ref().filter(|(phase, _)| *phase == step.phase) {
                    flag.stop();
                }
            }
            Event::Warning { text } => told.warnings.push(text.clone()),
            _ => {}
        }
    }
}
