//! Batches of equally many items of a few classes.

use super::plain::not_empty;
use super::{SampleMeta, Sampler};
use crate::data::groups::by_label;
use crate::rng::Rng;
use crate::{Error, Result};
use rand::Rng as _;
use rand::seq::SliceRandom;

/// Each batch: `batch size / n_ins` classes drawn without replacement, `n_ins` unseen items of
/// each; a class with fewer items than that is filled up with repeats. Ends when too few classes
/// have a full share left.
pub struct RandomClassSampler {
    /// Items a class and batch.
    pub n_ins: usize,
}

impl Sampler for RandomClassSampler {
    fn epoch(&self, meta: SampleMeta<'_>, batch_size: usize, rng: &mut Rng) -> Result<Vec<usize>> {
        not_empty(meta)?;
        let n_ins = self.n_ins;
        if n_ins == 0 || batch_size < n_ins {
            return Err(Error::invalid(format!("N_INS is {n_ins}: it must be 1 to BATCH_SIZE ({batch_size})")));
        }
        let a_batch = batch_size / n_ins;
        let mut classes: Vec<Vec<usize>> = by_label(meta.labels.iter().copied()).into_iter().map(|g| g.1).collect();
        if classes.len() < a_batch {
            return Err(Error::invalid(format!(
                "BATCH_SIZE {batch_size} with N_INS {n_ins} takes {a_batch} classes a batch, but there are only {}",
                classes.len()
            )));
        }
        for class in &mut classes {
            if class.len() < n_ins {
                *class = (0..n_ins).map(|_| class[rng.random_range(0..class.len())]).collect();
            }
            class.shuffle(rng);
        }
        let mut order = Vec::new();
        while classes.len() >= a_batch {
            classes.shuffle(rng);
            for class in &mut classes[..a_batch] {
                order.extend(class.drain(class.len() - n_ins..));
            }
            classes.retain(|class| class.len() >= n_ins);
        }
        Ok(order)
    }
}
