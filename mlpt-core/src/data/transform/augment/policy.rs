//! imagenet_policy, cifar10_policy, svhn_policy: AutoAugment (Cubuk et al., 2019).

use super::tables::{CIFAR10, IMAGENET, SVHN};
use super::{Kind, share};
use crate::data::transform::ops::{Affine, Op};
use crate::rng::Rng;
use rand::Rng as _;

/// Which data set the policy was found for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// imagenet_policy.
    ImageNet,
    /// cifar10_policy.
    Cifar10,
    /// svhn_policy.
    Svhn,
}

/// Grey ground of everything that moves.
const GREY: u8 = 128;

impl Policy {
    /// All of them, in the order in which they are applied.
    pub const ALL: [Policy; 3] = [Policy::ImageNet, Policy::Cifar10, Policy::Svhn];

    /// Its name in `INPUT.TRANSFORMS`.
    pub fn name(self) -> &'static str {
        match self {
            Policy::ImageNet => "imagenet_policy",
            Policy::Cifar10 => "cifar10_policy",
            Policy::Svhn => "svhn_policy",
        }
    }

    /// Its parts, of which one is drawn for a picture: two operations, each with the probability with which
    /// it is done, and a level, 0..=9.
    pub fn parts(self) -> &'static [[(f64, Kind, usize); 2]] {
        match self {
            Policy::ImageNet => &IMAGENET,
            Policy::Cifar10 => &CIFAR10,
            Policy::Svhn => &SVHN,
        }
    }

    /// One of its parts, each of the two operations or not, and the way that moves and blends go. `size` is
    /// the picture's (width, height).
    pub fn draw(self, size: (usize, usize), rng: &mut Rng) -> Vec<Op> {
        let parts = self.parts();
        let part = &parts[rng.random_range(0..parts.len())];
        let mut drawn = Vec::with_capacity(part.len());
        for &(probability, kind, level) in part {
            if share(rng) < probability {
                let negative = (kind.is_move() || kind.is_blend()) && rng.random_bool(0.5);
                drawn.extend(Self::operation(kind, level, negative, size));
            }
        }
        drawn
    }

    /// The operation of an entry. `negative` turns moves around and makes blends weaken; it says nothing to
    /// the others, not to the turn either, as published. None where a policy has no such entry.
    pub fn operation(kind: Kind, level: usize, negative: bool, size: (usize, usize)) -> Option<Op> {
        let sign = if negative { -1.0 } else { 1.0 };
        let up_to = |most: f64| steps(0.0, most, level);
        let factor = 1.0 + up_to(0.9) * sign;
        let shear = up_to(0.3) * sign;
        let shift = |side: usize| up_to(150.0 / 331.0) * side as f64 * sign;
        Some(match kind {
            Kind::ShearX => Op::Affine(Affine::shear_x(shear).smooth().on(GREY)),
            Kind::ShearY => Op::Affine(Affine::shear_y(shear).smooth().on(GREY)),
            Kind::TranslateX => Op::Affine(Affine::translate_x(shift(size.0)).on(GREY)),
            Kind::TranslateY => Op::Affine(Affine::translate_y(shift(size.1)).on(GREY)),
            Kind::Rotate => Op::Affine(Affine::rotate(up_to(30.0), size).on(GREY)),
            Kind::Color => Op::Color(factor),
            Kind::Contrast => Op::Contrast(factor),
            Kind::Brightness => Op::Brightness(factor),
            Kind::Sharpness => Op::Sharpness(factor),
            Kind::Posterize => Op::Posterize(steps(8.0, 4.0, level).round_ties_even() as u32),
            Kind::Solarize => Op::Solarize(steps(256.0, 0.0, level)),
            Kind::AutoContrast => Op::AutoContrast,
            Kind::Equalize => Op::Equalize,
            Kind::Invert => Op::Invert,
            Kind::Identity | Kind::SolarizeAdd | Kind::TranslateXabs | Kind::TranslateYabs | Kind::CutoutAbs => {
                return None;
            }
        })
    }
}

/// The value at `level` of ten in equal steps from `first` to `last`, as numpy's `linspace` computes it.
fn steps(first: f64, last: f64, level: usize) -> f64 {
    if level >= 9 { last } else { level as f64 * ((last - first) / 9.0) + first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn tables_hold_operations_that_there_are() {
        for policy in Policy::ALL {
            assert_eq!(policy.parts().len(), 25);
            for &(probability, kind, level) in policy.parts().as_flattened() {
                assert!((0.0..=1.0).contains(&probability) && level < 10);
                assert!(Policy::operation(kind, level, false, (8, 8)).is_some(), "{kind:?}");
            }
        }
    }

    #[test]
    fn draws_keep_to_the_table() {
        for policy in Policy::ALL {
            let allowed: Vec<Op> = (policy.parts().as_flattened().iter())
                .flat_map(|&(_, kind, level)| [false, true].map(|n| Policy::operation(kind, level, n, (20, 10))))
                .flatten()
                .collect();
            let drawn: Vec<Vec<Op>> =
                (0..300).map(|i| policy.draw((20, 10), &mut RngTree::new(2).at(i).rng())).collect();
            assert!(drawn.iter().all(|ops| ops.len() <= 2 && ops.iter().all(|op| allowed.contains(op))));
            for count in 0..3 {
                assert!(drawn.iter().any(|ops| ops.len() == count), "{policy:?}: never {count}");
            }
        }
    }

    #[test]
    fn levels_are_in_equal_steps() {
        let bits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|l| steps(8.0, 4.0, l).round_ties_even());
        assert_eq!(bits, [8.0, 8.0, 7.0, 7.0, 6.0, 6.0, 5.0, 5.0, 4.0, 4.0]);
        assert_eq!(Policy::operation(Kind::Color, 9, true, (1, 1)), Some(Op::Color(1.0 - 0.9)));
        let turn = |negative| Policy::operation(Kind::Rotate, 9, negative, (9, 9));
        assert_eq!(turn(false), turn(true));
    }
}
