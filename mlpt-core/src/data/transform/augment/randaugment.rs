//! randaugment, randaugment_fixmatch, randaugment2: some operations from a list, with replacement.

use super::spaces::{FIXMATCH, ORIGINAL, SECOND};
use super::{Kind, share, uniform};
use crate::data::transform::ops::{Affine, Op, Rectangle};
use crate::rng::Rng;
use rand::Rng as _;

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RandAugment {
    /// randaugment: all of one strength (Cubuk et al., 2020).
    Original {
        /// How many operations.
        count: usize,
        /// How strong, 0..=30.
        magnitude: usize,
    },
    /// randaugment_fixmatch: each of a random strength (Sohn et al., 2020).
    FixMatch {
        /// How many operations.
        count: usize,
    },
    /// randaugment2: each of a random strength, and left out with probability 0.4.
    Second {
        /// How many operations.
        count: usize,
    },
}

/// The largest strength of randaugment.
pub const MAGNITUDES: usize = 30;
/// The probability with which randaugment2 does an operation.
const DONE: f64 = 0.6;

impl RandAugment {
    /// What it chooses from: operations, and the values between which their strength lies.
    pub fn space(self) -> &'static [(Kind, f64, f64)] {
        match self {
            Self::Original { .. } => &ORIGINAL,
            Self::FixMatch { .. } => &FIXMATCH,
            Self::Second { .. } => &SECOND,
        }
    }

    /// The operations for a picture of `size` (width, height), some of which may be left out.
    pub fn draw(self, size: (usize, usize), rng: &mut Rng) -> Vec<Op> {
        let (Self::Original { count, .. } | Self::FixMatch { count } | Self::Second { count }) = self;
        let space = self.space();
        let chosen: Vec<_> = (0..count).map(|_| space[rng.random_range(0..space.len())]).collect();
        let mut drawn = Vec::with_capacity(count);
        for (kind, low, high) in chosen {
            if matches!(self, Self::Second { .. }) && share(rng) > DONE {
                continue;
            }
            let value = match self {
                Self::Original { magnitude, .. } => magnitude as f64 / MAGNITUDES as f64 * (high - low) + low,
                _ => share(rng) * (high - low) + low,
            };
            let negative = (kind.is_move() || kind == Kind::Rotate) && rng.random_bool(0.5);
            let mut along = |side: usize| uniform(0.0, side as f64, rng);
            let point = if kind == Kind::CutoutAbs { (along(size.0), along(size.1)) } else { (0.0, 0.0) };
            drawn.extend(Self::operation(kind, if negative { -value } else { value }, point, size));
        }
        drawn
    }

    /// The operation of a given strength; `point` (x, y) is the middle of what is cut out, and says nothing
    /// to the others. None for [`Kind::Identity`]. Moves leave black behind and are not smoothed.
    pub fn operation(kind: Kind, value: f64, point: (f64, f64), size: (usize, usize)) -> Option<Op> {
        Some(match kind {
            Kind::Identity => return None,
            Kind::AutoContrast => Op::AutoContrast,
            Kind::Equalize => Op::Equalize,
            Kind::Invert => Op::Invert,
            Kind::Posterize => Op::Posterize(value as u32),
            Kind::Solarize => Op::Solarize(value),
            Kind::SolarizeAdd => Op::SolarizeAdd(value as u8),
            Kind::Color => Op::Color(value),
            Kind::Contrast => Op::Contrast(value),
            Kind::Brightness => Op::Brightness(value),
            Kind::Sharpness => Op::Sharpness(value),
            Kind::Rotate => Op::Affine(Affine::rotate(value, size)),
            Kind::ShearX => Op::Affine(Affine::shear_x(value)),
            Kind::ShearY => Op::Affine(Affine::shear_y(value)),
            Kind::TranslateX => Op::Affine(Affine::translate_x(value * size.0 as f64)),
            Kind::TranslateY => Op::Affine(Affine::translate_y(value * size.1 as f64)),
            Kind::TranslateXabs => Op::Affine(Affine::translate_x(value)),
            Kind::TranslateYabs => Op::Affine(Affine::translate_y(value)),
            Kind::CutoutAbs => Op::Rectangle(Rectangle::around(point, value, size)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    fn draws(which: RandAugment) -> Vec<Vec<Op>> {
        (0..600).map(|i| which.draw((50, 40), &mut RngTree::new(4).at(i).rng())).collect()
    }

    #[test]
    fn strengths_stay_in_their_ranges() {
        for (which, low, high) in [
            (RandAugment::Original { count: 2, magnitude: 30 }, 1.9, 1.9),
            (RandAugment::FixMatch { count: 2 }, 0.05, 0.95),
            (RandAugment::Second { count: 2 }, 0.1, 1.9),
        ] {
            for op in draws(which).concat() {
                match op {
                    Op::Color(f) | Op::Contrast(f) | Op::Brightness(f) | Op::Sharpness(f) => {
                        assert!((low - 1e-12..=high + 1e-12).contains(&f), "{which:?}: {f}");
                    }
                    Op::Posterize(bits) => assert!((4..=8).contains(&bits)),
                    Op::Solarize(threshold) => assert!((0.0..=256.0).contains(&threshold)),
                    Op::SolarizeAdd(addition) => assert_eq!(addition, 110),
                    Op::Rectangle(r) => {
                        assert!(r.left < 50 && r.top < 40 && (r.left..=50).contains(&r.right));
                        assert!(r.right - r.left <= 40 && r.bottom - r.top <= 40 && r.bottom <= 40);
                    }
                    Op::Affine(map) => {
                        assert!(!map.bicubic && map.fill == 0);
                        assert!(map.matrix[1].abs() <= 0.5 && map.matrix[3].abs() <= 0.5);
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn moves_go_both_ways_and_only_the_second_leaves_operations_out() {
        let mean = |which| draws(which).concat().len() as f64 / 600.0;
        assert_eq!(mean(RandAugment::Original { count: 2, magnitude: 10 }), 2.0);
        // One in 14 is nothing; of the second's 15 one is nothing, and of the rest 0.6 are done.
        assert!((mean(RandAugment::FixMatch { count: 2 }) - 2.0 * 13.0 / 14.0).abs() < 0.08);
        assert!((mean(RandAugment::Second { count: 2 }) - 2.0 * 0.6 * 14.0 / 15.0).abs() < 0.1);
        let all = draws(RandAugment::Original { count: 2, magnitude: 30 }).concat();
        for map in
            [Affine::shear_x(0.3), Affine::shear_y(-0.3), Affine::translate_x(-100.0), Affine::rotate(-30.0, (50, 40))]
        {
            assert!(all.contains(&Op::Affine(map)), "{map:?}");
        }
    }
}
