//! gaussian_blur: torchvision's `GaussianBlur`, now and then.

use super::{share, uniform};
use crate::data::transform::ops::Op;
use crate::rng::Rng;

/// How often, and over how many pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianBlur {
    /// The probability with which a picture is blurred.
    pub probability: f64,
    /// Width and height of the window in pixels, odd.
    pub kernel: usize,
}

/// Range of the standard deviation in pixels.
const SIGMA: (f64, f64) = (0.1, 2.0);

impl GaussianBlur {
    /// A blur with a random standard deviation, or none.
    pub fn draw(self, rng: &mut Rng) -> Option<Op> {
        let blurred = share(rng) < self.probability;
        blurred.then(|| Op::Blur { kernel: self.kernel, sigma: uniform(SIGMA.0, SIGMA.1, rng) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn as_often_as_asked_for_with_deviations_in_range() {
        let blur = GaussianBlur { probability: 0.25, kernel: 5 };
        let drawn: Vec<Op> = (0..400).filter_map(|i| blur.draw(&mut RngTree::new(0).at(i).rng())).collect();
        assert!((70..130).contains(&drawn.len()), "{}", drawn.len());
        let good = |op: &Op| matches!(*op, Op::Blur { kernel: 5, sigma } if (0.1..=2.0).contains(&sigma));
        assert!(drawn.iter().all(good));
        for (probability, blurred) in [(0.0, false), (1.0, true)] {
            let blur = GaussianBlur { probability, kernel: 5 };
            assert_eq!(blur.draw(&mut RngTree::new(0).rng()).is_some(), blurred);
        }
    }
}
