//! random_translation: a little too large, and a random part of it.

use super::{share, uniform};
use crate::data::transform::{Filter, Window, resize};
use crate::rng::Rng;
use image::RgbImage;

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Translation {
    /// Resized to the size asked for.
    Resized,
    /// Resized to 9/8 of it, and cut down to it from this column and row on.
    Shifted {
        /// First column.
        left: usize,
        /// First row.
        top: usize,
    },
}

impl Translation {
    /// Either with probability 1/2; offsets are uniform numbers, rounded.
    pub fn draw(size: (usize, usize), rng: &mut Rng) -> Self {
        if share(rng) > 0.5 {
            return Self::Resized;
        }
        let (height, width) = size;
        let mut offset = |side: usize| {
            let room = enlarged(side) - side;
            uniform(0.0, room as f64, rng).round_ties_even() as usize
        };
        let left = offset(width);
        Self::Shifted { left, top: offset(height) }
    }

    /// The picture in `size` (height, width). The resampling is bilinear, whatever the settings say, as
    /// published.
    pub fn apply(self, image: &RgbImage, size: (usize, usize)) -> RgbImage {
        let (height, width) = size;
        let whole = Window::whole(image.width() as usize, image.height() as usize);
        let (to, left, top) = match self {
            Self::Resized => ((width, height), 0, 0),
            Self::Shifted { left, top } => ((enlarged(width), enlarged(height)), left, top),
        };
        // A drawn offset fits; one from outside must not lead out of the picture.
        let (left, top) = (left.min(to.0 - width), top.min(to.1 - height));
        resize(image, whole, to, Window { left, top, width, height }, Filter::Bilinear)
    }
}

/// `round(1.125 n)` as Python rounds: a half goes to the even neighbour.
fn enlarged(side: usize) -> usize {
    (side as f64 * 1.125).round_ties_even() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn offsets_fill_the_room_and_half_are_only_resized() {
        assert_eq!([4, 12, 16, 224].map(enlarged), [4, 14, 18, 252]); // 4.5, 13.5
        let mut plain = 0;
        let mut seen = [[false; 5]; 2];
        for i in 0..400 {
            match Translation::draw((16, 32), &mut RngTree::new(0).at(i).rng()) {
                Translation::Resized => plain += 1,
                Translation::Shifted { left, top } => (seen[0][left], seen[1][top]) = (true, true),
            }
        }
        assert!((150..250).contains(&plain), "{plain}");
        assert_eq!(seen, [[true; 5], [true, true, true, false, false]]);
    }
}
