//! Blends of a picture with a plainer one of itself: `ImageEnhance` of Pillow, and torchvision's
//! `adjust_brightness`, `adjust_contrast`, `adjust_saturation`. Factor 0 gives the plain one, 1 the
//! picture as it is, more than 1 goes beyond it.

use super::grayscale::luma;
use super::lut::look_up;
use image::RgbImage;

/// `plain + factor (level - plain)` in single precision; the fraction is cut off, and 0 and 255 are the ends.
fn blend(plain: u8, level: u8, factor: f32) -> u8 {
    (f32::from(plain) + factor * (f32::from(level) - f32::from(plain))) as u8
}

/// Between black and the picture.
pub fn brightness(image: &mut RgbImage, factor: f64) {
    look_up(image, |level| blend(0, level, factor as f32));
}

/// Between the mean grey of the picture and the picture.
pub fn contrast(image: &mut RgbImage, factor: f64) {
    let pixels = u64::from(image.width()) * u64::from(image.height());
    let sum: u64 = image.chunks_exact(3).map(|pixel| u64::from(luma(pixel))).sum();
    let mean = (sum as f64 / pixels.max(1) as f64 + 0.5) as u8;
    look_up(image, |level| blend(mean, level, factor as f32));
}

/// Between the picture in grey and the picture.
pub fn color(image: &mut RgbImage, factor: f64) {
    for pixel in image.chunks_exact_mut(3) {
        let grey = luma(pixel);
        pixel.iter_mut().for_each(|level| *level = blend(grey, *level, factor as f32));
    }
}

/// Between the picture smoothed over 3 x 3 pixels, the middle counting five times, and the picture. Pixels
/// at the edge are not smoothed.
pub fn sharpness(image: &mut RgbImage, factor: f64) {
    let (width, height) = (image.width() as usize, image.height() as usize);
    if width < 3 || height < 3 {
        return;
    }
    let source = image.as_raw().clone();
    let stride = width * 3;
    for (y, row) in image.chunks_exact_mut(stride).enumerate().take(height - 1).skip(1) {
        let [above, here, below] = [y - 1, y, y + 1].map(|y| &source[y * stride..(y + 1) * stride]);
        for x in 3..stride - 3 {
            let three = |line: &[u8]| u32::from(line[x - 3]) + u32::from(line[x]) + u32::from(line[x + 3]);
            let sum = three(above) + three(here) + three(below) + 4 * u32::from(here[x]);
            // Thirteenths, rounded; no sum lies half-way.
            row[x] = blend(((2 * sum + 13) / 26) as u8, here[x], factor as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> RgbImage {
        RgbImage::from_fn(7, 5, |x, y| image::Rgb([(x * x * 6 + y) as u8, (y * 60) as u8, (255 - x * y * 7) as u8]))
    }

    #[test]
    fn factor_one_changes_nothing_and_factor_zero_gives_the_plain_one() {
        for op in [brightness, contrast, color, sharpness] {
            let mut image = picture();
            op(&mut image, 1.0);
            assert_eq!(image, picture());
            op(&mut image, 0.0);
            assert_ne!(image, picture());
        }
        let mut grey = picture();
        color(&mut grey, 0.0);
        assert!(grey.pixels().all(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]));
        let mut flat = picture();
        contrast(&mut flat, 0.0);
        assert!(flat.iter().all(|&level| level == flat.as_raw()[0]));
        let mut dark = picture();
        brightness(&mut dark, 0.0);
        assert!(dark.iter().all(|&level| level == 0));
    }
}
