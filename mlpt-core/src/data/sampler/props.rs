//! What samplers promise beyond balance: how long an epoch is, when it ends, what a seed fixes.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::rng::RngTree;
use proptest::prelude::*;

fn epoch(sampler: &dyn Sampler, labels: &[usize], domains: &[usize], batch: usize, seed: u64) -> Vec<usize> {
    sampler.epoch(SampleMeta { labels, domains }, batch, &mut RngTree::new(seed).rng()).unwrap()
}

/// `sizes[i]` times `i`, in an order that mixes them.
fn groups(sizes: &[usize]) -> Vec<usize> {
    let most = sizes.iter().max().copied().unwrap_or(0);
    (0..most).flat_map(|turn| (0..sizes.len()).filter(move |&g| turn < sizes[g])).collect()
}

fn count(order: &[usize], groups: &[usize], group: usize) -> usize {
    order.iter().filter(|&&i| groups[i] == group).count()
}

proptest! {
    /// The epoch is over when, and only when, a domain of the last batch has too few left for another.
    #[test]
    fn domain_epochs_end_with_the_first_exhausted_domain(
        sizes in prop::collection::vec(4_usize..24, 2..5), each in 1_usize..5, chosen in 0_usize..5, seed in 0_u64..99,
    ) {
        let domains = groups(&sizes);
        let a_batch = if chosen == 0 { sizes.len() } else { 1 + chosen % sizes.len() };
        let sampler = RandomDomainSampler { n_domain: if chosen == 0 { 0 } else { a_batch } };
        let batch = each * a_batch;
        let order = epoch(&sampler, &domains, &domains, batch, seed);
        prop_assert_eq!(order.len() % batch, 0);
        let left = |shown: &[usize], domain: usize| sizes[domain] - count(shown, &domains, domain);
        let batches: Vec<&[usize]> = order.chunks(batch).collect();
        for end in 1..=batches.len() {
            let shown = &order[..end * batch];
            let exhausted = batches[end - 1].iter().any(|&i| left(shown, domains[i]) < each);
            prop_assert_eq!(exhausted, end == batches.len());
        }
    }

    #[test]
    fn sequential_domains_come_in_order(sizes in prop::collection::vec(4_usize..24, 2..5), each in 1_usize..5, seed in 0_u64..99) {
        let domains = groups(&sizes);
        let order = epoch(&SeqDomainSampler, &domains, &domains, each * sizes.len(), seed);
        prop_assert_eq!(order.len(), each * sizes.len() * (sizes.iter().min().unwrap() / each));
        for (turn, share) in order.chunks(each).enumerate() {
            prop_assert!(share.iter().all(|&i| domains[i] == turn % sizes.len()));
        }
    }

    /// Whole batches only, and it goes on as long as enough classes have a full share.
    #[test]
    fn class_epochs_end_when_too_few_classes_are_left(
        sizes in prop::collection::vec(1_usize..14, 2..7), n_ins in 1_usize..5, a_batch in 1_usize..7, rest in 0_usize..4, seed in 0_u64..99,
    ) {
        let labels = groups(&sizes);
        let a_batch = 1 + a_batch % sizes.len();
        // What is left of a batch after whole shares is not filled.
        let batch = a_batch * n_ins + rest.min(n_ins - 1);
        let order = epoch(&RandomClassSampler { n_ins }, &labels, &labels, batch, seed);
        prop_assert!(!order.is_empty());
        prop_assert_eq!(order.len() % (a_batch * n_ins), 0);
        let shares = |class: usize| (sizes[class] / n_ins).max(1) - count(&order, &labels, class) / n_ins;
        let ready = (0..sizes.len()).filter(|&class| shares(class) > 0).count();
        prop_assert!(ready < a_batch, "{ready} classes could have gone on");
    }

    /// The same seed gives the same order, another nearly always another one.
    #[test]
    fn seeds_decide(sizes in prop::collection::vec(12_usize..20, 3..5), seed in 0_u64..9) {
        let both = groups(&sizes);
        let samplers: [&dyn Sampler; 4] =
            [&RandomSampler, &RandomDomainSampler { n_domain: 0 }, &SeqDomainSampler, &RandomClassSampler { n_ins: 2 }];
        for sampler in samplers {
            let order = |seed| epoch(sampler, &both, &both, 2 * sizes.len(), seed);
            prop_assert_eq!(order(seed), order(seed));
            prop_assert_ne!(order(seed), order(seed + 1));
        }
    }
}
