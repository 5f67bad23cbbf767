//! Batches that hold equally many items of several domains.

use super::plain::not_empty;
use super::{SampleMeta, Sampler};
use crate::rng::Rng;
use crate::{Error, Result};
use rand::seq::SliceRandom;

/// Each batch: `n_domain` domains drawn without replacement (0: all of them), equally many unseen
/// items of each. Ends after the batch in which a drawn domain is left with too few.
pub struct RandomDomainSampler {
    /// Domains a batch, 0 for all.
    pub n_domain: usize,
}

/// The same with all domains in every batch, in ascending order.
pub struct SeqDomainSampler;

impl Sampler for RandomDomainSampler {
    fn epoch(&self, meta: SampleMeta<'_>, batch_size: usize, rng: &mut Rng) -> Result<Vec<usize>> {
        rounds(meta, batch_size, (self.n_domain > 0).then_some(self.n_domain), true, rng)
    }
}

impl Sampler for SeqDomainSampler {
    fn epoch(&self, meta: SampleMeta<'_>, batch_size: usize, rng: &mut Rng) -> Result<Vec<usize>> {
        rounds(meta, batch_size, None, false, rng)
    }
}

fn rounds(
    meta: SampleMeta<'_>,
    batch_size: usize,
    a_batch: Option<usize>,
    mixed: bool,
    rng: &mut Rng,
) -> Result<Vec<usize>> {
    not_empty(meta)?;
    let mut domains: Vec<(usize, Vec<usize>)> = Vec::new();
    for (position, &domain) in meta.domains.iter().enumerate() {
        match domains.iter_mut().find(|d| d.0 == domain) {
            Some(found) => found.1.push(position),
            None => domains.push((domain, vec![position])),
        }
    }
    domains.sort_by_key(|d| d.0);
    let a_batch = a_batch.unwrap_or(domains.len());
    if a_batch > domains.len() {
        return Err(Error::invalid(format!("N_DOMAIN is {a_batch}, but there are only {} domains", domains.len())));
    }
    if batch_size == 0 || !batch_size.is_multiple_of(a_batch) {
        return Err(Error::invalid(format!(
            "BATCH_SIZE {batch_size} cannot be split evenly over {a_batch} domains a batch"
        )));
    }
    let each = batch_size / a_batch;
    if let Some((domain, items)) = domains.iter().find(|d| d.1.len() < each) {
        return Err(Error::invalid(format!(
            "domain {domain} has {} items, fewer than the {each} that each batch takes of it; lower BATCH_SIZE",
            items.len()
        )));
    }
    domains.iter_mut().for_each(|d| d.1.shuffle(rng));
    let mut turn: Vec<usize> = (0..domains.len()).collect();
    let mut order = Vec::new();
    loop {
        if mixed {
            turn.shuffle(rng);
        }
        let mut ended = false;
        for &d in &turn[..a_batch] {
            let left = &mut domains[d].1;
            order.extend(left.drain(left.len() - each..));
            ended |= left.len() < each;
        }
        if ended {
            return Ok(order);
        }
    }
}
