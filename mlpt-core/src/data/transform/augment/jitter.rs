//! colorjitter: torchvision's `ColorJitter`.

use super::uniform;
use crate::data::transform::ops::Op;
use crate::rng::Rng;
use rand::seq::SliceRandom;

/// How far each may go from the picture as it is; 0 leaves it out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColorJitter {
    /// Brightness: factors from max(0, 1 - b) to 1 + b.
    pub brightness: f64,
    /// Contrast, likewise.
    pub contrast: f64,
    /// Saturation, likewise.
    pub saturation: f64,
    /// Hue, as a share of the circle, from -h to h; at most 0.5.
    pub hue: f64,
}

impl ColorJitter {
    /// Up to four operations in a random order.
    pub fn draw(self, rng: &mut Rng) -> Vec<Op> {
        let mut order = [0, 1, 2, 3];
        order.shuffle(rng);
        let mut factor =
            |by: f64, op: fn(f64) -> Op| (by > 0.0).then(|| op(uniform((1.0 - by).max(0.0), 1.0 + by, rng)));
        let drawn = [
            factor(self.brightness, Op::Brightness),
            factor(self.contrast, Op::Contrast),
            factor(self.saturation, Op::Color),
            (self.hue > 0.0).then(|| Op::Hue(uniform(-self.hue, self.hue, rng))),
        ];
        order.into_iter().filter_map(|i| drawn[i].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn factors_stay_in_their_ranges_and_orders_differ() {
        let jitter = ColorJitter { brightness: 1.5, contrast: 0.4, saturation: 0.0, hue: 0.1 };
        let mut first = [0; 3];
        for i in 0..300 {
            let ops = jitter.draw(&mut RngTree::new(0).at(i).rng());
            assert_eq!(ops.len(), 3);
            for (place, op) in ops.iter().enumerate() {
                let which = match *op {
                    Op::Brightness(f) if (0.0..=2.5).contains(&f) => 0,
                    Op::Contrast(f) if (0.6..=1.4).contains(&f) => 1,
                    Op::Hue(f) if (-0.1..=0.1).contains(&f) => 2,
                    _ => panic!("{op:?}"),
                };
                first[which] += usize::from(place == 0);
            }
        }
        assert!(first.iter().all(|n| (70..130).contains(n)), "{first:?}");
    }
}
