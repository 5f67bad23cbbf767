#![allow(clippy::unwrap_used)]

use super::*;
use crate::rng::RngTree;
use proptest::prelude::*;

fn epoch(sampler: &dyn Sampler, labels: &[usize], domains: &[usize], batch: usize, seed: u64) -> Result<Vec<usize>> {
    sampler.epoch(SampleMeta { labels, domains }, batch, &mut RngTree::new(seed).rng())
}

fn distinct(order: &[usize]) -> usize {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

proptest! {
    #[test]
    fn random_and_sequential_show_everything_once(n in 1_usize..80, seed in 0_u64..50) {
        let zeros = vec![0; n];
        let mut order = epoch(&RandomSampler, &zeros, &zeros, 8, seed).unwrap();
        prop_assert_eq!(&order, &epoch(&RandomSampler, &zeros, &zeros, 8, seed).unwrap());
        order.sort_unstable();
        let all: Vec<usize> = (0..n).collect();
        prop_assert_eq!(&order, &all);
        prop_assert_eq!(&epoch(&SequentialSampler, &zeros, &zeros, 8, seed).unwrap(), &all);
    }

    #[test]
    fn domain_batches_are_balanced(sizes in prop::collection::vec(3_usize..20, 2..5), each in 1_usize..4, seed in 0_u64..50) {
        let domains: Vec<usize> = sizes.iter().enumerate().flat_map(|(d, &n)| vec![d * 3; n]).collect();
        for (sampler, a_batch) in [
            (&RandomDomainSampler { n_domain: 2 } as &dyn Sampler, 2),
            (&RandomDomainSampler { n_domain: 0 }, sizes.len()),
            (&SeqDomainSampler, sizes.len()),
        ] {
            let order = epoch(sampler, &domains, &domains, each * a_batch, seed).unwrap();
            prop_assert!(!order.is_empty());
            prop_assert_eq!(distinct(&order), order.len());
            for batch in order.chunks(each * a_batch) {
                let mut seen: Vec<usize> = batch.chunks(each).map(|c| domains[c[0]]).collect();
                prop_assert!(batch.chunks(each).all(|c| c.len() == each && c.iter().all(|&i| domains[i] == domains[c[0]])));
                seen.sort_unstable();
                seen.dedup();
                prop_assert_eq!(seen.len(), a_batch);
            }
        }
    }

    #[test]
    fn class_batches_hold_the_share_of_each_class(sizes in prop::collection::vec(1_usize..12, 3..6), n_ins in 1_usize..5, seed in 0_u64..50) {
        let labels: Vec<usize> = sizes.iter().enumerate().flat_map(|(c, &n)| vec![c; n]).collect();
        let order = epoch(&RandomClassSampler { n_ins }, &labels, &labels, 3 * n_ins, seed).unwrap();
        prop_assert!(!order.is_empty());
        for batch in order.chunks(3 * n_ins) {
            prop_assert!(batch.chunks(n_ins).all(|c| c.len() == n_ins && c.iter().all(|&i| labels[i] == labels[c[0]])));
            prop_assert_eq!(distinct(&batch.chunks(n_ins).map(|c| labels[c[0]]).collect::<Vec<_>>()), 3);
        }
        // Only a class that is too small is shown twice.
        for (class, &size) in sizes.iter().enumerate().filter(|(_, n)| **n >= n_ins) {
            let of: Vec<usize> = order.iter().copied().filter(|&i| labels[i] == class).collect();
            prop_assert_eq!(distinct(&of), of.len());
            prop_assert!(of.len() <= size);
        }
    }
}

#[test]
fn conditions_that_are_not_met_are_told() {
    let message =
        |s: &dyn Sampler, labels: &[usize], batch| epoch(s, labels, labels, batch, 0).unwrap_err().to_string();
    assert!(message(&RandomSampler, &[], 4).contains("no items"));
    assert!(message(&RandomDomainSampler { n_domain: 3 }, &[0, 1], 3).contains("only 2 domains"));
    assert!(message(&SeqDomainSampler, &[0, 0, 1, 1], 3).contains("evenly over 2"));
    assert!(message(&SeqDomainSampler, &[0, 0, 1], 4).contains("domain 1 has 1 items"));
    assert!(message(&RandomClassSampler { n_ins: 5 }, &[0, 1], 4).contains("N_INS is 5"));
    assert!(message(&RandomClassSampler { n_ins: 2 }, &[0, 0], 4).contains("only 1"));
}

#[test]
fn all_are_registered_under_the_names_of_the_field() {
    let all = Registries::new().unwrap();
    let names: Vec<&str> = all.samplers.iter().map(|e| e.name).collect();
    assert_eq!(
        names,
        ["RandomSampler", "SequentialSampler", "RandomDomainSampler", "SeqDomainSampler", "RandomClassSampler"]
    );
}
