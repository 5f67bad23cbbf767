//! Few-shot subsets: the same number of items of every class.

use super::groups::by_label;
use crate::data::Item;
use crate::rng::RngTree;
use rand::seq::SliceRandom;

/// `shots` items of every given label, drawn without replacement, classes in first-seen order;
/// a class with fewer gives all it has, in its own order. With `shots < 1` the items as they are.
/// The draw of a class hangs on `rng.at(label)` only.
pub fn fewshot(items: &[Item], shots: i64, rng: &RngTree) -> Vec<Item> {
    pick(items.iter().map(|i| i.label), shots, rng).into_iter().map(|i| items[i].clone()).collect()
}

/// As [`fewshot`], on positions: `chosen` are positions into `labels`, and so is what comes back.
pub fn fewshot_indices(labels: &[usize], chosen: &[usize], shots: i64, rng: &RngTree) -> Vec<usize> {
    pick(chosen.iter().map(|&i| labels[i]), shots, rng).into_iter().map(|i| chosen[i]).collect()
}

fn pick(labels: impl Iterator<Item = usize>, shots: i64, rng: &RngTree) -> Vec<usize> {
    let Some(shots) = usize::try_from(shots).ok().filter(|&n| n > 0) else {
        return (0..labels.count()).collect();
    };
    let mut picked = Vec::new();
    for (label, mut group) in by_label(labels) {
        if group.len() >= shots {
            let (drawn, _) = group.partial_shuffle(&mut rng.at(label).rng(), shots);
            picked.extend_from_slice(drawn);
        } else {
            picked.append(&mut group);
        }
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_class_gives_its_share_once(labels in prop::collection::vec(0_usize..6, 0..60), shots in 1_usize..9, seed in 0_u64..9) {
            let rng = RngTree::new(seed);
            let chosen: Vec<usize> = (0..labels.len()).rev().step_by(2).collect();
            let got = fewshot_indices(&labels, &chosen, shots as i64, &rng);
            prop_assert_eq!(&got, &fewshot_indices(&labels, &chosen, shots as i64, &rng));
            let mut distinct = got.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), got.len());
            prop_assert!(got.iter().all(|i| chosen.contains(i)));
            for label in 0..6 {
                let of = |list: &[usize]| list.iter().filter(|&&i| labels[i] == label).count();
                prop_assert_eq!(of(&got), of(&chosen).min(shots));
            }
        }
    }

    #[test]
    fn less_than_one_shot_is_everything_and_seeds_differ() {
        let labels = [0; 50];
        let all: Vec<usize> = (0..50).collect();
        assert_eq!(fewshot_indices(&labels, &all, -1, &RngTree::new(0)), all);
        assert_eq!(fewshot_indices(&labels, &all, 0, &RngTree::new(0)), all);
        let draw = |seed| fewshot_indices(&labels, &all, 16, &RngTree::new(seed));
        assert_ne!(draw(0), draw(1));
    }
}
