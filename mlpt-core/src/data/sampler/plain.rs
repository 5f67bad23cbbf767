//! Every item once: in random order, or in order.

use super::{SampleMeta, Sampler};
use crate::rng::Rng;
use crate::{Error, Result};
use rand::seq::SliceRandom;

/// A uniform permutation, a new one each epoch.
pub struct RandomSampler;

/// `0, 1, ..., N - 1`.
pub struct SequentialSampler;

impl Sampler for RandomSampler {
    fn epoch(&self, meta: SampleMeta<'_>, batch_size: usize, rng: &mut Rng) -> Result<Vec<usize>> {
        let mut order = SequentialSampler.epoch(meta, batch_size, rng)?;
        order.shuffle(rng);
        Ok(order)
    }
}

impl Sampler for SequentialSampler {
    fn epoch(&self, meta: SampleMeta<'_>, _batch_size: usize, _rng: &mut Rng) -> Result<Vec<usize>> {
        not_empty(meta)?;
        Ok((0..meta.labels.len()).collect())
    }
}

pub(super) fn not_empty(meta: SampleMeta<'_>) -> Result<()> {
    if meta.labels.is_empty() {
        return Err(Error::invalid("there are no items to sample from"));
    }
    Ok(())
}
