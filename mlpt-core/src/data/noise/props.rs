//! What holds for every registered noise model; one that is added is tested with the others.
#![allow(clippy::unwrap_used)]

use super::tests::{World, shown, split};
use super::*;
use crate::Registries;
use proptest::prelude::*;

/// All models whose amount the settings say.
fn names() -> Vec<&'static str> {
    Registries::new().unwrap().noises.iter().map(|e| e.name).filter(|name| *name != FILE).collect()
}

fn amounts() -> impl Strategy<Value = Amount> {
    let amount = prop_oneof![(0_usize..5).prop_map(Amount::count), (0.0_f64..=1.0).prop_map(Amount::rate)];
    (amount, any::<bool>()).prop_map(|(amount, over_all)| if over_all { amount.over_all() } else { amount })
}

proptest! {
    #[test]
    fn every_model_keeps_the_rules(
        classes in 2_usize..7, shots in 4_usize..8, amount in amounts(), seed in 0_u64..50,
    ) {
        // So many that no class can be left without: the others take at most `shots` of each half.
        let world = World::new(&split(classes, 32), classes);
        for name in names() {
            let head = name == "uniform-head";
            if head && amount.scope == NoiseScope::Global {
                continue; // refused by its look at the settings
            }
            let items = world.shots(name, shots, seed);
            let got = world.apply(name, &items, amount, seed).unwrap();
            prop_assert_eq!(&got, &world.apply(name, &items, amount, seed).unwrap(), "{}: one seed, two draws", name);
            prop_assert_eq!(got.len(), items.len(), "{}", name);
            prop_assert!(got.iter().all(|n| n.item.label < classes), "{}", name);
            // The manifest tells the truth, also of an image that took another's place.
            prop_assert!(got.iter().all(|n| n.true_label == Some(shown(n))), "{}", name);
            for (noisy, item) in got.iter().zip(&items) {
                if noisy.item.image == item.image {
                    continue;
                }
                // An image changes only to show another class under the same label.
                prop_assert_eq!(noisy.item.label, item.label, "{}", name);
                prop_assert_ne!(shown(noisy), item.label, "{}", name);
            }
            let is_wrong = |i: usize| got[i].true_label != Some(got[i].item.label);
            let wrong = (0..got.len()).filter(|&i| is_wrong(i)).count();
            let manifest = Manifest::new(&got);
            prop_assert_eq!(manifest.wrong_count(), wrong);
            prop_assert_eq!(manifest.wrong_per_class(classes).iter().sum::<usize>(), wrong);
            match (head, amount.scope) {
                (true, _) => {
                    let first = amount.of_all(items.len(), 1);
                    prop_assert!((first..items.len()).all(|i| !is_wrong(i)), "{}", name);
                }
                (_, NoiseScope::Class) => for label in 0..classes {
                    // By the class that the item was drawn for.
                    let of = (0..got.len()).filter(|&i| items[i].label == label && is_wrong(i)).count();
                    prop_assert_eq!(of, amount.of_class(shots), "{} {}", name, label);
                },
                (_, NoiseScope::Global) => prop_assert_eq!(wrong, amount.of_all(items.len(), classes), "{}", name),
            }
            if amount.is_none() {
                prop_assert_eq!(got, clean(&items), "{}", name);
            }
        }
    }

    /// Two manifests have one digest when, and only when, the same items have the same labels.
    #[test]
    fn digests_tell_draws_apart(classes in 2_usize..5, num_fp in 1_usize..4, seeds in (0_u64..6, 0_u64..6)) {
        let world = World::new(&split(classes, 12), classes);
        for name in names() {
            let items = world.shots(name, 6, 0);
            let draw = |seed| world.apply(name, &items, Amount::count(num_fp), seed).unwrap();
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

/// Over all, some class has more than its share: else the scope would change nothing.
#[test]
fn over_all_is_not_per_class() {
    let world = World::new(&split(6, 16), 6);
    for name in names().into_iter().filter(|name| *name != "uniform-head") {
        let items = world.shots(name, 8, 1);
        let got = world.apply(name, &items, Amount::rate(0.5).over_all(), 1).unwrap();
        let wrong = |label: usize| {
            let of = |(n, i): &(&Noisy, &crate::data::Item)| i.label == label && n.true_label != Some(n.item.label);
            got.iter().zip(&items).filter(of).count()
        };
        let counts: Vec<usize> = (0..6).map(wrong).collect();
        assert_eq!(counts.iter().sum::<usize>(), 24, "{name}");
        assert!(counts.iter().any(|n| *n != 4), "{name}: {counts:?}");
    }
}

/// A share of a class is the same draw as that many of it.
#[test]
fn rates_and_counts_draw_alike() {
    let world = World::new(&split(4, 16), 4);
    for name in names().into_iter().filter(|name| *name != "uniform-head") {
        let items = world.shots(name, 8, 2);
        let draw = |amount| world.apply(name, &items, amount, 3).unwrap();
        assert_eq!(draw(Amount::rate(0.25)), draw(Amount::count(2)), "{name}");
    }
}
