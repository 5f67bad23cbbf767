//! The seam for samplers.

use crate::Result;
use crate::rng::Rng;

/// What a sampler may know of the items: given labels and domains, by position.
#[derive(Clone, Copy, Debug)]
pub struct SampleMeta<'a> {
    /// Given labels.
    pub labels: &'a [usize],
    /// Domains.
    pub domains: &'a [usize],
}

/// Gives the order of one epoch; the loader cuts it into batches.
pub trait Sampler: Send + Sync {
    /// Positions into the items, in the order in which they are shown.
    ///
    /// # Errors
    /// When there are no items, or the sampler's own conditions are not met.
    fn epoch(&self, meta: SampleMeta<'_>, batch_size: usize, rng: &mut Rng) -> Result<Vec<usize>>;
}
