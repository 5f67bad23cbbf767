//! random_crop: torchvision's `RandomCrop` with a border of zeros.

use crate::rng::Rng;
use image::RgbImage;
use rand::Rng as _;

/// What was drawn: where the part begins, counted from the corner of the picture with its border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomCrop {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
}

impl RandomCrop {
    /// A part of `size` (height, width) anywhere in a picture of `picture` (width, height) with a border of
    /// `padding` pixels.
    pub fn draw(picture: (usize, usize), size: (usize, usize), padding: usize, rng: &mut Rng) -> Self {
        let room = |length: usize, wanted: usize| length + 2 * border(length, wanted, padding) - wanted;
        let top = rng.random_range(0..=room(picture.1, size.0));
        Self { left: rng.random_range(0..=room(picture.0, size.1)), top }
    }

    /// The part, `size` (height, width). A side that is too short with its border is padded further, as
    /// torchvision does with `pad_if_needed`; without that it refuses such pictures.
    pub fn apply(self, image: &RgbImage, size: (usize, usize), padding: usize) -> RgbImage {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut out = vec![0; size.0 * size.1 * 3];
        let (from, to, count) = overlap(self.left, border(width, size.1, padding), width, size.1);
        let (first, row_to, rows) = overlap(self.top, border(height, size.0, padding), height, size.0);
        for row in 0..rows {
            let source = ((first + row) * width + from) * 3;
            let target = ((row_to + row) * size.1 + to) * 3;
            out[target..target + count * 3].copy_from_slice(&image.as_raw()[source..source + count * 3]);
        }
        // The length is width x height x 3 by construction.
        RgbImage::from_raw(size.1 as u32, size.0 as u32, out).unwrap_or_default()
    }
}

/// Pixels that are added at either end of a side.
fn border(length: usize, wanted: usize, padding: usize) -> usize {
    padding + wanted.saturating_sub(length + 2 * padding)
}

/// For a part of `wanted` pixels from `start` on, behind a border: where it begins in the picture, where the
/// picture begins in it, and how many pixels of the picture it has.
fn overlap(start: usize, border: usize, length: usize, wanted: usize) -> (usize, usize, usize) {
    let to = border.saturating_sub(start).min(wanted);
    let from = start.saturating_sub(border).min(length);
    (from, to, (wanted - to).min(length - from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn parts_lie_in_the_picture_or_its_border() {
        let image = RgbImage::from_fn(6, 4, |x, y| image::Rgb([1 + x as u8, 1 + y as u8, 9]));
        let corner = RandomCrop { left: 0, top: 0 }.apply(&image, (4, 4), 2);
        assert_eq!((corner.get_pixel(1, 2).0, corner.get_pixel(2, 2).0), ([0; 3], [1, 1, 9]));
        let middle = RandomCrop { left: 4, top: 2 }.apply(&image, (4, 4), 2);
        assert_eq!((middle.get_pixel(0, 0).0, middle.get_pixel(3, 3).0), ([3, 1, 9], [6, 4, 9]));
        // Nothing of the picture is in it: corners and sides of a border that is wider than the part.
        for (left, top) in [(0, 0), (10, 0), (0, 8), (10, 8), (3, 0), (0, 3)] {
            let outside = RandomCrop { left, top }.apply(&image, (2, 2), 3);
            assert!(outside.iter().all(|&b| b == 0), "{left} {top}");
        }
        // 4 rows with a border of 1 are 6; for 9, three more go to either end.
        let padded = RandomCrop { left: 1, top: 0 }.apply(&image, (9, 4), 1);
        assert_eq!((padded.get_pixel(0, 3).0, padded.get_pixel(0, 4).0), ([0; 3], [1, 1, 9]));
    }

    #[test]
    fn every_offset_is_drawn_and_no_other() {
        let mut seen = [[false; 8]; 2];
        for i in 0..300 {
            let at = RandomCrop::draw((6, 4), (5, 4), 2, &mut RngTree::new(1).at(i).rng());
            (seen[0][at.left], seen[1][at.top]) = (true, true);
        }
        // 6 + 4 - 4 = 6 columns to spare, 4 + 4 - 5 = 3 rows.
        assert_eq!(seen[0], [true, true, true, true, true, true, true, false]);
        assert_eq!(seen[1], [true, true, true, true, false, false, false, false]);
    }
}
