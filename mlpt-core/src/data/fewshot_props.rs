//! What few-shot draws promise beyond their size.
#![allow(clippy::unwrap_used)]

use super::fewshot_indices;
use crate::rng::RngTree;
use proptest::prelude::*;

proptest! {
    /// The draw of a class hangs on the seed and on that class alone, wherever its items stand.
    #[test]
    fn other_classes_do_not_matter(
        labels in prop::collection::vec(0_usize..5, 1..80), shots in 1_i64..7, gone in 0_usize..5, seed in 0_u64..99,
    ) {
        let rng = RngTree::new(seed);
        let all: Vec<usize> = (0..labels.len()).collect();
        let without: Vec<usize> = all.iter().copied().filter(|&i| labels[i] != gone).collect();
        let of = |picked: Vec<usize>, class: usize| -> Vec<usize> {
            picked.into_iter().filter(|&i| labels[i] == class).collect()
        };
        for class in (0..5).filter(|&c| c != gone) {
            let with = of(fewshot_indices(&labels, &all, shots, &rng), class);
            prop_assert_eq!(with, of(fewshot_indices(&labels, &without, shots, &rng), class));
        }
    }

    /// Classes come one after the other, in the order in which they are first seen.
    #[test]
    fn classes_stand_together(labels in prop::collection::vec(0_usize..5, 1..80), shots in 1_i64..7, seed in 0_u64..99) {
        let all: Vec<usize> = (0..labels.len()).collect();
        let mut drawn: Vec<usize> =
            fewshot_indices(&labels, &all, shots, &RngTree::new(seed)).into_iter().map(|i| labels[i]).collect();
        drawn.dedup();
        let mut first_seen: Vec<usize> = Vec::new();
        for label in labels {
            if !first_seen.contains(&label) {
                first_seen.push(label);
            }
        }
        prop_assert_eq!(drawn, first_seen);
    }

    /// Every item of a class can be drawn: none is left out by position.
    #[test]
    fn every_item_has_its_chance(size in 2_usize..9) {
        let labels = vec![0; size];
        let all: Vec<usize> = (0..size).collect();
        let mut seen = vec![false; size];
        for seed in 0..200 {
            for i in fewshot_indices(&labels, &all, 1, &RngTree::new(seed)) {
                seen[i] = true;
            }
        }
        prop_assert!(seen.into_iter().all(|s| s));
    }
}
