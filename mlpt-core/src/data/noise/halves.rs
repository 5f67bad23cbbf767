//! Wrong images from a part of the data that is never shown as right: PTNL's protocol.

use super::replace::{identity, replace};
use super::{NoiseContext, NoiseModel, Noisy};
use crate::data::Item;
use crate::data::groups::by_label;
use crate::{Error, Result};
use std::collections::HashSet;

/// As [`InstanceReplace`](super::InstanceReplace), with the two kinds of images kept apart: of each
/// class's `n` training items the first `ceil(n/2)` can be right ones, and the others only serve as
/// wrong ones of other classes (Wu et al. 2023, PTNL). So no image is right in one place and wrong in
/// another.
///
/// Two accidents of the published code are left out: an image that is drawn twice does not collapse
/// into one, so that every class keeps its number of shots; and draws do not hang on the order of a set.
pub struct InstanceReplaceHalves;

impl NoiseModel for InstanceReplaceHalves {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        if ctx.amount.is_none() {
            return Ok(super::clean(ctx.items));
        }
        let right: HashSet<_> = right_half(ctx.train).into_iter().map(|i| identity(&ctx.train[i].image)).collect();
        if let Some(stray) = ctx.items.iter().find(|item| !right.contains(&identity(&item.image))) {
            let n = ctx.train.iter().filter(|item| item.label == stray.label).count();
            let half = n.div_ceil(2);
            return Err(Error::invalid(format!(
                "{} cannot be a right image: of the {n} training images of class {} only the first {half} can with \
                 NOISE.NAME instance-replace-halves, the others are wrong ones of other classes; set \
                 DATASET.NUM_SHOTS to {half} at most",
                stray.image.key(),
                stray.label
            )));
        }
        // An image that stands in both halves is a right one.
        let donors: Vec<&Item> = ctx.donors.iter().filter(|d| !right.contains(&identity(&d.image))).collect();
        replace(ctx, &donors)
    }

    fn eligible(&self, train: &[Item]) -> Option<Vec<usize>> {
        Some(right_half(train))
    }
}

/// Positions of the first half of each class, in order.
fn right_half(train: &[Item]) -> Vec<usize> {
    let classes = by_label(train.iter().map(|i| i.label));
    let mut half: Vec<usize> =
        classes.into_iter().flat_map(|(_, items)| items[..items.len().div_ceil(2)].to_vec()).collect();
    half.sort_unstable();
    half
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Amount;
    use super::super::tests::{World, shown, split};
    use super::*;
    use crate::data::fewshot;
    use crate::rng::RngTree;
    use proptest::prelude::*;

    /// The number of an image within its class.
    fn rank(noisy: &Noisy, each: usize) -> usize {
        let name = noisy.item.image.key().split(['/', '.']).nth(1).unwrap();
        name.parse::<usize>().unwrap() % each
    }

    proptest! {
        #[test]
        fn the_halves_never_meet(classes in 2_usize..6, each in 10_usize..15, k in 1_usize..4, seed in 0_u64..20) {
            let train = split(classes, each);
            let first: Vec<Item> = right_half(&train).into_iter().map(|i| train[i].clone()).collect();
            let items = fewshot(&first, 3, &RngTree::new(seed));
            let got = World::new(&train, classes).apply("ptnl", &items, Amount::count(k), seed).unwrap();
            let half = each.div_ceil(2);
            let mut images: Vec<&str> = got.iter().map(|n| n.item.image.key()).collect();
            images.sort_unstable();
            images.dedup();
            prop_assert_eq!(images.len(), 3 * classes, "no image twice");
            for (noisy, item) in got.iter().zip(&items) {
                prop_assert_eq!(noisy.item.label, item.label);
                let wrong = noisy.true_label != Some(noisy.item.label);
                prop_assert_eq!(noisy.true_label, Some(shown(noisy)));
                prop_assert_eq!(rank(noisy, each) >= half, wrong, "{:?}", noisy);
                prop_assert!(wrong || noisy.item == *item);
            }
        }
    }

    #[test]
    fn halves_that_are_too_small_are_told() {
        let train = split(3, 5);
        let told = World::new(&train, 3).apply("ptnl", &train, Amount::count(1), 0).unwrap_err().to_string();
        assert!(told.contains("of the 5 training images of class 0 only the first 3 can"), "{told}");
        assert!(told.contains("DATASET.NUM_SHOTS to 3 at most"), "{told}");
        // Of two classes of one and two images, one image is left to be wrong.
        let (one, two) = (split(3, 1), split(2, 2));
        let told = World::new(&one, 3).apply("ptnl", &one, Amount::count(1), 0).unwrap_err().to_string();
        assert!(told.contains("too few images of other classes for class 0"), "{told}");
        let items = [two[0].clone(), two[2].clone()];
        assert!(World::new(&two, 2).apply("ptnl", &items, Amount::count(1), 0).is_ok());
        assert_eq!(right_half(&train), [0, 1, 2, 5, 6, 7, 10, 11, 12]);
    }
}
