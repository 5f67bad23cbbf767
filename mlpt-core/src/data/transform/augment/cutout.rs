//! cutout: squares without any light (DeVries and Taylor, 2017).

use crate::rng::Rng;
use rand::Rng as _;

/// How many squares, and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutout {
    /// Number of squares.
    pub holes: usize,
    /// Side in pixels; an odd one loses a pixel.
    pub length: usize,
}

impl Cutout {
    /// The middles (row, column) of the squares, anywhere in a picture of `size` (height, width).
    pub fn draw(self, size: (usize, usize), rng: &mut Rng) -> Vec<(usize, usize)> {
        (0..self.holes).map(|_| (rng.random_range(0..size.0), rng.random_range(0..size.1))).collect()
    }

    /// Sets what the squares hold of the planes `[3, H, W]` to `level`, a value for each channel.
    pub fn apply(self, planes: &mut [f32], size: (usize, usize), middles: &[(usize, usize)], level: [f32; 3]) {
        let (height, width) = size;
        let half = self.length / 2;
        let side =
            |middle: usize, end: usize| middle.saturating_sub(half).min(end)..middle.saturating_add(half).min(end);
        for (plane, level) in planes.chunks_exact_mut(height * width).zip(level) {
            for &(row, column) in middles {
                for y in side(row, height) {
                    plane[y * width..][side(column, width)].fill(level);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn squares_are_cut_off_at_the_edges() {
        let mut planes = vec![1.0; 3 * 4 * 5];
        Cutout { holes: 2, length: 3 }.apply(&mut planes, (4, 5), &[(0, 4), (2, 1)], [0.0, -1.0, -2.0]);
        // Half of three is one: a square of two pixels a side, the middle at its lower right.
        let plane =
            [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(planes[..20], plane);
        assert_eq!((planes[20 + 3], planes[40 + 3], planes[20]), (-1.0, -2.0, 1.0));
    }

    #[test]
    fn middles_lie_in_the_picture() {
        let drawn: Vec<_> = (0..200)
            .flat_map(|i| Cutout { holes: 2, length: 16 }.draw((3, 2), &mut RngTree::new(0).at(i).rng()))
            .collect();
        assert_eq!(drawn.len(), 400);
        for row in 0..3 {
            assert!((0..2).all(|column| drawn.contains(&(row, column))));
        }
        assert!(drawn.iter().all(|&(row, column)| row < 3 && column < 2));
    }
}
