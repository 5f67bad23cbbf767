//! Operations that look at how often each level occurs, channel by channel.

use super::lut::Table;
use image::RgbImage;

/// Stretches every channel to reach from 0 to 255: `ImageOps.autocontrast` of Pillow with nothing cut off.
/// A channel of one level stays as it is.
pub fn auto_contrast(image: &mut RgbImage) {
    by_histogram(image, |counts| {
        let low = counts.iter().position(|&n| n > 0)?;
        let high = counts.iter().rposition(|&n| n > 0).filter(|&high| high > low)?;
        let scale = 255.0 / (high - low) as f64;
        let offset = -(low as f64) * scale;
        // Cuts the fraction off, and stops at 0 and 255.
        Some(std::array::from_fn(|level| (level as f64 * scale + offset) as u8))
    });
}

/// Spreads every channel's levels so that all are about as frequent: `ImageOps.equalize` of Pillow. A
/// channel of one level stays as it is, and so does one with fewer than 255 pixels below its highest level.
pub fn equalize(image: &mut RgbImage) {
    by_histogram(image, |counts| {
        let last = counts.iter().rfind(|&&n| n > 0)?;
        let step = (counts.iter().sum::<usize>() - last) / 255;
        if step == 0 {
            return None;
        }
        let mut below = step / 2;
        Some(counts.map(|n| {
            let level = (below / step).min(255) as u8;
            below += n;
            level
        }))
    });
}

/// Changes each channel by the table that `make` gives for its counts of levels; none changes nothing.
fn by_histogram(image: &mut RgbImage, make: impl Fn(&[usize; 256]) -> Option<Table>) {
    let mut counts = [[0; 256]; 3];
    for pixel in image.chunks_exact(3) {
        for (counts, &level) in counts.iter_mut().zip(pixel) {
            counts[usize::from(level)] += 1;
        }
    }
    let tables = counts.map(|counts| make(&counts).unwrap_or(std::array::from_fn(|level| level as u8)));
    for pixel in image.chunks_exact_mut(3) {
        for (table, level) in tables.iter().zip(pixel) {
            *level = table[usize::from(*level)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_stretched_apart_and_flat_ones_stay() {
        let mut image = RgbImage::from_fn(3, 1, |x, _| image::Rgb([100 + 10 * x as u8, 7, 2 * x as u8]));
        auto_contrast(&mut image);
        assert_eq!(image.into_raw(), [0, 7, 0, 127, 7, 127, 255, 7, 255]);
    }

    #[test]
    fn equalized_levels_are_spread_and_small_pictures_stay() {
        let ramp = |side: u32| RgbImage::from_fn(side, side, |x, y| image::Rgb([(x + y) as u8, 9, 9]));
        let mut large = ramp(40);
        equalize(&mut large);
        let reds: Vec<u8> = large.pixels().map(|p| p.0[0]).collect();
        assert_eq!((reds.iter().min(), reds.iter().max()), (Some(&0), Some(&255)));
        assert_eq!(large.get_pixel(3, 3).0[1..], [9, 9]);
        let mut small = ramp(15);
        equalize(&mut small);
        assert_eq!(small, ramp(15));
    }
}
