//! In which order items are shown.

mod base;
mod class;
mod domain;
mod plain;
#[cfg(test)]
mod props;
#[cfg(test)]
mod tests;

pub use base::{SampleMeta, Sampler};
pub use class::RandomClassSampler;
pub use domain::{RandomDomainSampler, SeqDomainSampler};
pub use plain::{RandomSampler, SequentialSampler};

use crate::registries::SamplerFactory;
use crate::registry::Entry;
use crate::{Registries, Result};
use std::sync::Arc;

/// Registers the framework's samplers.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    let all = &mut registries.samplers;
    let random: SamplerFactory = Arc::new(|_| Ok(Box::new(RandomSampler)));
    all.register(Entry::new(
        "RandomSampler",
        "every item once, in a new random order each epoch",
        "A uniform permutation of the items, a new one each epoch. The default of training.",
        random,
    ))?;
    let sequential: SamplerFactory = Arc::new(|_| Ok(Box::new(SequentialSampler)));
    all.register(Entry::new(
        "SequentialSampler",
        "every item once, in order",
        "The items in their own order. What evaluation uses.",
        sequential,
    ))?;
    let random_domain: SamplerFactory =
        Arc::new(|scope| Ok(Box::new(RandomDomainSampler { n_domain: scope.get("N_DOMAIN")? })));
    all.register(Entry::new(
        "RandomDomainSampler",
        "each batch: N_DOMAIN random domains, equally many items of each",
        "Each batch holds BATCH_SIZE / N_DOMAIN unseen items of N_DOMAIN domains that are drawn anew for every \
         batch (N_DOMAIN 0: all domains). The epoch ends with the batch that leaves a domain with too few.",
        random_domain,
    ))?;
    let seq_domain: SamplerFactory = Arc::new(|_| Ok(Box::new(SeqDomainSampler)));
    all.register(Entry::new(
        "SeqDomainSampler",
        "each batch: all domains in order, equally many items of each",
        "As RandomDomainSampler, with all domains in every batch, in ascending order.",
        seq_domain,
    ))?;
    let random_class: SamplerFactory =
        Arc::new(|scope| Ok(Box::new(RandomClassSampler { n_ins: scope.get("N_INS")? })));
    all.register(Entry::new(
        "RandomClassSampler",
        "each batch: random classes with N_INS items each",
        "Each batch holds N_INS items of BATCH_SIZE / N_INS classes that are drawn anew for every batch. A class \
         with fewer items is filled up with repeats. The epoch ends when too few classes have a full share left.",
        random_class,
    ))
}
