//! Shears, shifts and turns: `Image.transform(size, AFFINE, ..)` and `Image.rotate` of Pillow.

use super::bicubic::pixel;
use image::RgbImage;

/// A map from the pixels of the result to those of the picture: pixel (x, y) of the result is what lies at
/// (ax + by + c, dx + ey + f), counted from the corner of the corner pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// a, b, c, d, e, f.
    pub matrix: [f64; 6],
    /// Cubic interpolation; else the pixel that is hit.
    pub bicubic: bool,
    /// The level of all three channels where the map leads outside the picture.
    pub fill: u8,
}

impl Affine {
    /// The pixel that is hit, on black.
    pub fn nearest(matrix: [f64; 6]) -> Self {
        Self { matrix, bicubic: false, fill: 0 }
    }

    /// Every row shifted to the left by `share` of its distance from the upper edge.
    pub fn shear_x(share: f64) -> Self {
        Self::nearest([1.0, share, 0.0, 0.0, 1.0, 0.0])
    }

    /// Every column shifted up by `share` of its distance from the left edge.
    pub fn shear_y(share: f64) -> Self {
        Self::nearest([1.0, 0.0, 0.0, share, 1.0, 0.0])
    }

    /// Everything shifted to the left by so many pixels, whole or not.
    pub fn translate_x(pixels: f64) -> Self {
        Self::nearest([1.0, 0.0, pixels, 0.0, 1.0, 0.0])
    }

    /// Everything shifted up by so many pixels, whole or not.
    pub fn translate_y(pixels: f64) -> Self {
        Self::nearest([1.0, 0.0, 0.0, 0.0, 1.0, pixels])
    }

    /// Turned against the clock about the middle of a picture of `size` (width, height). Pillow turns
    /// by quarters of the circle without a map; those are not meant here.
    pub fn rotate(degrees: f64, size: (usize, usize)) -> Self {
        let angle = -degrees.rem_euclid(360.0).to_radians();
        let (sin, cos) = (fifteen_digits(angle.sin()), fifteen_digits(angle.cos()));
        let minus_sin = fifteen_digits(-angle.sin());
        let (x, y) = (size.0 as f64 / 2.0, size.1 as f64 / 2.0);
        let left = cos * -x + sin * -y + x;
        let top = minus_sin * -x + cos * -y + y;
        Self::nearest([cos, sin, left, minus_sin, cos, top])
    }

    /// The same map with cubic interpolation.
    #[must_use]
    pub fn smooth(self) -> Self {
        Self { bicubic: true, ..self }
    }

    /// The same map on another ground.
    #[must_use]
    pub fn on(self, fill: u8) -> Self {
        Self { fill, ..self }
    }

    /// The picture, mapped; as large as before.
    pub fn apply(&self, image: &RgbImage) -> RgbImage {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut out = vec![self.fill; width * height * 3];
        if width > 0 && height > 0 {
            let rows = out.chunks_exact_mut(width * 3).enumerate();
            if self.bicubic {
                rows.for_each(|(y, row)| self.smooth_row(image, y, row));
            } else if self.matrix[1] == 0.0 && self.matrix[3] == 0.0 {
                self.scaled(image, &mut out);
            } else {
                rows.for_each(|(y, row)| self.turned_row(image, y, row));
            }
        }
        // The length is that of the picture.
        RgbImage::from_raw(image.width(), image.height(), out).unwrap_or_default()
    }

    fn smooth_row(&self, image: &RgbImage, y: usize, row: &mut [u8]) {
        let [a, b, c, d, e, f] = self.matrix;
        let y = y as f64 + 0.5;
        for (x, target) in row.chunks_exact_mut(3).enumerate() {
            let x = x as f64 + 0.5;
            if let Some(found) = pixel(image, a * x + b * y + c, d * x + e * y + f) {
                target.copy_from_slice(&found);
            }
        }
    }

    /// Nothing but stretched and shifted: columns and rows are looked up apart. Pillow adds the step up.
    fn scaled(&self, image: &RgbImage, out: &mut [u8]) {
        let [a, _, c, _, e, f] = self.matrix;
        let (width, height) = (image.width() as usize, image.height() as usize);
        let walk = |start: f64, step: f64, length: usize| {
            let inside = move |at: f64| (at >= 0.0 && at < length as f64).then_some(at as usize);
            std::iter::successors(Some(start + step * 0.5), move |at| Some(at + step)).take(length).map(inside)
        };
        let columns: Vec<Option<usize>> = walk(c, a, width).collect();
        for (row, from) in out.chunks_exact_mut(width * 3).zip(walk(f, e, height)) {
            let Some(from) = from else { continue };
            let source = &image.as_raw()[from * width * 3..(from + 1) * width * 3];
            for (target, column) in row.chunks_exact_mut(3).zip(&columns) {
                if let Some(column) = column {
                    target.copy_from_slice(&source[column * 3..column * 3 + 3]);
                }
            }
        }
    }

    /// Pillow walks in steps of 1/65536 of a pixel here.
    fn turned_row(&self, image: &RgbImage, y: usize, row: &mut [u8]) {
        let [a, b, c, d, e, f] = self.matrix;
        let fixed = |v: f64| (v * 65536.0 + 0.5).floor() as i64;
        let (width, height) = (i64::from(image.width()), i64::from(image.height()));
        let mut x_in = fixed(c + a * 0.5 + b * 0.5) + y as i64 * fixed(b);
        let mut y_in = fixed(f + d * 0.5 + e * 0.5) + y as i64 * fixed(e);
        let (step_x, step_y) = (fixed(a), fixed(d));
        for target in row.chunks_exact_mut(3) {
            let (x, y) = (x_in >> 16, y_in >> 16);
            if (0..width).contains(&x) && (0..height).contains(&y) {
                let at = (y * width + x) as usize * 3;
                target.copy_from_slice(&image.as_raw()[at..at + 3]);
            }
            x_in += step_x;
            y_in += step_y;
        }
    }
}

/// Rounded to fifteen decimal places, as Python's `round` does it.
fn fifteen_digits(x: f64) -> f64 {
    format!("{x:.15}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_and_turns_go_where_they_say() {
        let image = RgbImage::from_fn(5, 5, |x, y| image::Rgb([x as u8 * 10, y as u8 * 10, 7]));
        let left = Affine::translate_x(2.0).on(99).apply(&image);
        assert_eq!((left.get_pixel(0, 1).0, left.get_pixel(3, 1).0), ([20, 10, 7], [99, 99, 99]));
        let up = Affine::translate_y(1.0).apply(&image);
        assert_eq!((up.get_pixel(2, 0).0, up.get_pixel(2, 4).0), ([20, 10, 7], [0, 0, 0]));
        assert_eq!(Affine::rotate(0.0, (5, 5)).apply(&image), image);
        // Against the clock: what was at the right comes to lie further up.
        let turned = Affine::rotate(45.0, (5, 5)).apply(&image);
        assert_eq!(turned.get_pixel(2, 2), image.get_pixel(2, 2));
        assert!(turned.get_pixel(3, 1).0[0] > turned.get_pixel(1, 3).0[0]);
    }
}
