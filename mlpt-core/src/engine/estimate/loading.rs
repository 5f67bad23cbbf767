//! The time that loading takes.

use crate::Result;
use crate::engine::job::{Job, JobData};
use crate::estimate::{Bytes, Plan, Seconds, Speeds, Spent, totals};

/// Seconds for an image.
pub(super) struct Loading {
    first: Seconds,
    again: Seconds,
    /// Whether pictures are decoded once only.
    cached: bool,
}

impl Loading {
    /// From what was timed.
    pub(super) fn of(speeds: &Speeds, bytes: &Bytes, job: &Job) -> Result<Self> {
        let budget = (job.config.get::<usize>("DATALOADER.CACHE_MB")? as u64) << 20;
        Ok(Self { first: speeds.load_first, again: speeds.load_again, cached: bytes.cache < budget })
    }

    fn spent(seconds: Seconds) -> Spent {
        Spent { loading: seconds, ..Spent::default() }
    }

    /// Images that are new.
    pub(super) fn once(&self, images: usize) -> Spent {
        Self::spent(self.first * images as f64)
    }

    /// Images that were seen before.
    pub(super) fn again(&self, images: usize) -> Spent {
        Self::spent(if self.cached { self.again } else { self.first } * images as f64)
    }

    /// All epochs of a plan, and what it encodes once.
    pub(super) fn training(&self, plan: &Plan, data: &JobData) -> Spent {
        let shown: usize = plan.phases.iter().map(|phase| phase.loaded * phase.epochs).sum();
        let new = data.train.train.len().max(data.train.pool.len()).min(shown);
        let once: usize = totals(&plan.once).image_rows as usize;
        self.once(new) + self.again(shown - new + once)
    }
}
