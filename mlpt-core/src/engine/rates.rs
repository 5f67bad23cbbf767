//! Learning rates and gradient norms of an epoch, overheard from its steps.

use crate::event::{Event, EventSink};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rate {
    pub(super) lr: f64,
    pub(super) largest_norm: f64,
}

/// Listens to the steps; its clones share what they heard.
#[derive(Clone, Default)]
pub(super) struct Rates(Arc<Mutex<BTreeMap<String, Rate>>>);

impl Rates {
    /// What was heard since the last call, by learner.
    pub(super) fn take(&self) -> BTreeMap<String, Rate> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventSink for Rates {
    fn emit(&mut self, event: &Event) {
        if let Event::Step(step) = event {
            let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let rate = rates.entry(step.learner.clone()).or_default();
            rate.lr = step.lr;
            rate.largest_norm = rate.largest_norm.max(step.grad_norm);
        }
    }
}
