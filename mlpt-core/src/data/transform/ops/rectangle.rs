//! A rectangle of one colour, as `ImageDraw.rectangle` of Pillow fills it.

use image::{Rgb, RgbImage};

/// The colour that AutoAugment's code fills with: the mean of its pictures.
const COLOUR: Rgb<u8> = Rgb([125, 123, 114]);

/// The corners belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Last column; may lie outside the picture.
    pub right: usize,
    /// Last row; may lie outside the picture.
    pub bottom: usize,
}

impl Rectangle {
    /// A square with sides of `side` pixels about a point (x, y) of a picture of `size` (width, height), as
    /// RandAugment cuts it out: cut off at the left and upper edge, it keeps its length to the right and
    /// down; and it is a pixel longer than `side`, because both corners belong to it.
    pub fn around(point: (f64, f64), side: f64, size: (usize, usize)) -> Self {
        let start = |middle: f64| (middle - side / 2.0).max(0.0).floor();
        let end = |start: f64, length: usize| (start + side).min(length as f64) as usize;
        let (left, top) = (start(point.0), start(point.1));
        Self { left: left as usize, top: top as usize, right: end(left, size.0), bottom: end(top, size.1) }
    }

    /// Fills what of it lies in the picture.
    pub fn fill(&self, image: &mut RgbImage) {
        let (width, height) = (image.width() as usize, image.height() as usize);
        for y in self.top..height.min(self.bottom.saturating_add(1)) {
            for x in self.left..width.min(self.right.saturating_add(1)) {
                image.put_pixel(x as u32, y as u32, COLOUR);
            }
        }
    }
}
