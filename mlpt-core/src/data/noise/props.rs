//! What holds for every registered noise model; one that is added is tested with the others.
#![allow(clippy::unwrap_used)]

use super::tests::{apply, shown, split};
use super::*;
use crate::data::fewshot;
use crate::rng::RngTree;
use proptest::prelude::*;

fn names() -> Vec<&'static str> {
    Registries::new().unwrap().noises.iter().map(|e| e.name).collect()
}

proptest! {
    #[test]
    fn every_model_keeps_the_rules(
        classes in 2_usize..7, shots in 2_usize..7, num_fp in 0_usize..4, seed in 0_u64..50,
    ) {
        let donors = split(classes, 16);
        let items = fewshot(&donors, shots as i64, &RngTree::new(seed));
        let num_fp = num_fp.min(shots);
        for name in names() {
            let got = apply(name, &items, &donors, classes, num_fp, seed).unwrap();
            prop_assert_eq!(got.len(), items.len(), "{}", name);
            prop_assert!(got.iter().all(|n| n.item.label < classes), "{}", name);
            // The manifest tells the truth, also of an image that took another's place.
            prop_assert!(got.iter().all(|n| n.true_label == Some(shown(n))), "{}", name);
            // An image changes with its label's truth only: no item has an image of its own class as a wrong one.
            let swapped = got.iter().zip(&items).filter(|(n, i)| n.item.image != i.image);
            for (noisy, item) in swapped {
                prop_assert_eq!(noisy.item.label, item.label, "{}", name);
                prop_assert_ne!(shown(noisy), item.label, "{}", name);
            }
            let manifest = Manifest::new(&got);
            let most = if name == "uniform-head" { num_fp } else { classes * num_fp };
            prop_assert!(manifest.wrong_count() <= most, "{}", name);
            prop_assert!(name == "uniform-head" || manifest.wrong_count() == most, "{}", name);
            prop_assert_eq!(manifest.wrong_per_class(classes).iter().sum::<usize>(), manifest.wrong_count());
            if num_fp == 0 {
                prop_assert_eq!(got, clean(&items), "{}", name);
            }
        }
    }

    /// Two manifests have one digest when, and only when, the same items have the same labels.
    #[test]
    fn digests_tell_draws_apart(classes in 2_usize..5, num_fp in 1_usize..4, seeds in (0_u64..6, 0_u64..6)) {
        let items = split(classes, 12);
        for name in names() {
            let draw = |seed| apply(name, &items, &items, classes, num_fp, seed).unwrap();
            let (one, other) = (draw(seeds.0), draw(seeds.1));
            let digests = (Manifest::new(&one).digest(), Manifest::new(&other).digest());
            prop_assert_eq!(digests.0 == digests.1, one == other, "{}", name);
            prop_assert!(seeds.0 != seeds.1 || one == other, "{}: one seed, two draws", name);
        }
    }

    /// Any file name goes into the CSV and comes back.
    #[test]
    fn manifests_survive_the_file(
        rows in prop::collection::vec((prop::option::of(0_usize..9), 0_usize..9, "[^\\x00]{1,12}"), 0..8),
    ) {
        let row = |(index, (true_label, given_label, image)): (usize, (Option<usize>, usize, String))| {
            ManifestRow { index, true_label, given_label, image }
        };
        let manifest = Manifest { rows: rows.into_iter().enumerate().map(row).collect() };
        prop_assert_eq!(Manifest::from_csv(&manifest.to_csv()).unwrap(), manifest);
    }
}
