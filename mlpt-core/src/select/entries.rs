//! What selectors are called.

use super::mixture::{self, Mixture};
use super::small_loss::{self, SmallLoss, SmallLossConfig};
use super::transport::{self, OptimalTransport, TransportConfig};
use super::{Selector, ZeroShotAgreement};
use crate::config::{Scope, Section};
use crate::mixture::MixtureConfig;
use crate::registries::SelectorFactory;
use crate::registry::Entry;
use crate::{Registries, Result};
use std::sync::Arc;

/// Registers the framework's selectors.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    let all = &mut registries.selectors;
    all.register(
        entry(
            "mixture",
            "a mixture of two Gaussians on the losses (DivideMix; the published MLPT)",
            "A mixture of two Gaussians is fitted to the cross-entropies of the given labels. Trusted is an item whose \
             posterior of the Gaussian with the smaller mean is greater than WARMUP.THRESHOLD; the posterior is \
             score and weight of the label, so that a doubtful one counts less. Li, Socher and Hoi, ICLR 2020.",
            |scope| Mixture::new(MixtureConfig::read(scope)?),
        )
        .aliases(&["gmm"])
        .keys(MixtureConfig::keys_below(mixture::SECTION))
        .check(mixture::check),
    )?;
    all.register(
        entry(
            "small-loss",
            "the share SELECTOR.KEEP of the labels with the smallest losses (Co-teaching)",
            "Trusted are the labels with the smallest cross-entropies: SELECTOR.KEEP of every given class or, with \
             SELECTOR.BY_CLASS false, of the whole pool. The number of items is rounded and at least one; of equal \
             losses the first in the pool comes first. Trusted labels stand as they are, in place of being \
             mixed with predictions. The share does not change from epoch to epoch. Han et al., NeurIPS 2018.",
            |scope| SmallLoss::new(&SmallLossConfig::read(scope)?),
        )
        .aliases(&["co-teaching"])
        .keys(SmallLossConfig::keys_below(small_loss::SECTION))
        .check(small_loss::check),
    )?;
    all.register(
        entry(
            "zero-shot",
            "labels that the model without training agrees with",
            "Trusted is a label that is also the frozen model's zero-shot prediction with the data set's template; it \
             stands as it is. The score is its zero-shot probability. What the learners think plays no part, so the \
             division is the same for both and in every epoch. It costs a run one text pass, and one encoding of the \
             pool where the learners need none.",
            |_| Ok(ZeroShotAgreement),
        )
        .aliases(&["zero-shot-agreement"]),
    )?;
    all.register(
        entry(
            "optimal-transport",
            "labels that a transport plan between images and classes agrees with (NLPrompt)",
            "The pool is assigned to the classes as a whole, by entropic optimal transport: cost -log p of the learner, \
             the same mass for every image, and for the classes their shares of the given labels or, with \
             SELECTOR.OT_MARGINAL uniform, the same. Trusted is a label that gets most of its image's mass; \
             it stands as it is. The score is its share of that mass. Pan et al., CVPR 2025; Cuturi, NeurIPS 2013.",
            |scope| OptimalTransport::new(&TransportConfig::read(scope)?),
        )
        .aliases(&["sinkhorn", "ot"])
        .keys(TransportConfig::keys_below(transport::SECTION))
        .check(transport::check),
    )
}

fn entry<S: Selector + 'static>(
    name: &'static str,
    summary: &'static str,
    doc: &'static str,
    make: fn(&Scope<'_>) -> Result<S>,
) -> Entry<SelectorFactory> {
    let factory: SelectorFactory = Arc::new(move |scope| Ok(Box::new(make(scope)?)));
    Entry::new(name, summary, doc, factory)
}
