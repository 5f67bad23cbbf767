//! Operations that look every byte up in a table.

use image::RgbImage;

/// The new level for each of the 256 levels of a channel.
pub(super) type Table = [u8; 256];

/// Looks the bytes of all channels up in one table.
pub(super) fn look_up(image: &mut RgbImage, level: impl Fn(u8) -> u8) {
    let table: Table = std::array::from_fn(|b| level(b as u8));
    image.iter_mut().for_each(|b| *b = table[usize::from(*b)]);
}

/// Light for dark: `ImageOps.invert` of Pillow.
pub fn invert(image: &mut RgbImage) {
    image.iter_mut().for_each(|b| *b = 255 - *b);
}

/// Keeps the `bits` highest bits of every byte: `ImageOps.posterize` of Pillow. 8 and more change nothing.
pub fn posterize(image: &mut RgbImage, bits: u32) {
    let mask = ((0xFF00_u32 >> bits.min(8)) & 0xFF) as u8;
    image.iter_mut().for_each(|b| *b &= mask);
}

/// Inverts the bytes from `threshold` upwards: `ImageOps.solarize` of Pillow. 256 changes nothing.
pub fn solarize(image: &mut RgbImage, threshold: f64) {
    look_up(image, |b| if f64::from(b) < threshold { b } else { 255 - b });
}

/// Adds to every byte, at most up to 255, and then inverts those from 128 upwards.
pub fn solarize_add(image: &mut RgbImage, addition: u8) {
    look_up(image, |b| match b.saturating_add(addition) {
        dark @ 0..128 => dark,
        light => 255 - light,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_definitions() {
        let levels = |op: &dyn Fn(&mut RgbImage)| {
            let mut image = RgbImage::from_raw(1, 2, vec![0, 100, 127, 128, 200, 255]).unwrap_or_default();
            op(&mut image);
            image.into_raw()
        };
        assert_eq!(levels(&invert), [255, 155, 128, 127, 55, 0]);
        assert_eq!(levels(&|i| posterize(i, 4)), [0, 96, 112, 128, 192, 240]);
        assert_eq!(levels(&|i| posterize(i, 8)), [0, 100, 127, 128, 200, 255]);
        assert_eq!(levels(&|i| posterize(i, 0)), [0; 6]);
        assert_eq!(levels(&|i| solarize(i, 127.5)), [0, 100, 127, 127, 55, 0]);
        assert_eq!(levels(&|i| solarize(i, 256.0)), [0, 100, 127, 128, 200, 255]);
        assert_eq!(levels(&|i| solarize_add(i, 28)), [28, 127, 100, 99, 27, 0]);
    }
}
