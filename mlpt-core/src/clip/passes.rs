//! How often the towers ran.

use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};

/// Passes through the towers since the model was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passes {
    /// Calls of the image tower.
    pub image: u64,
    /// Images that it encoded.
    pub image_rows: u64,
    /// Calls of the text tower.
    pub text: u64,
    /// Texts that it encoded.
    pub text_rows: u64,
    /// Backward passes through the text tower.
    pub text_backward: u64,
}

/// The running count.
#[derive(Debug, Default)]
pub(super) struct Counters {
    image: AtomicU64,
    image_rows: AtomicU64,
    text: AtomicU64,
    text_rows: AtomicU64,
    text_backward: AtomicU64,
    /// What this process really did of `image` and `image_rows`.
    spent: AtomicU64,
    spent_rows: AtomicU64,
}

impl Counters {
    /// One pass that was asked for and is done.
    pub(super) fn images(&self, rows: usize) {
        self.asked(1, rows);
        self.spent(rows);
    }

    /// Passes that were asked for, whoever did them and when.
    pub(super) fn asked(&self, passes: usize, rows: usize) {
        self.image.fetch_add(passes as u64, Ordering::Relaxed);
        self.image_rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// One pass that is done, to be counted as asked for elsewhere.
    pub(super) fn spent(&self, rows: usize) {
        self.spent.fetch_add(1, Ordering::Relaxed);
        self.spent_rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// With the passes through the image tower that were really done.
    pub(super) fn read_spent(&self) -> Passes {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        Passes { image: get(&self.spent), image_rows: get(&self.spent_rows), ..self.read() }
    }

    pub(super) fn texts(&self, rows: usize) {
        self.text.fetch_add(1, Ordering::Relaxed);
        self.text_rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(super) fn text_backward(&self) {
        self.text_backward.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Passes {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        Passes {
            image: get(&self.image),
            image_rows: get(&self.image_rows),
            text: get(&self.text),
            text_rows: get(&self.text_rows),
            text_backward: get(&self.text_backward),
        }
    }
}
