//! Grey by Pillow's weights of the channels (ITU-R 601).

use image::RgbImage;

/// The grey level of a colour: 0.299 red + 0.587 green + 0.114 blue in sixteen bits of fraction, rounded.
pub(super) fn luma(pixel: &[u8]) -> u8 {
    let [r, g, b] = [0, 1, 2].map(|i| pixel.get(i).map_or(0, |&level| u32::from(level)));
    ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16) as u8
}

/// The three channels become the grey level: torchvision's `Grayscale(3)`.
pub fn grayscale(image: &mut RgbImage) {
    image.chunks_exact_mut(3).for_each(|pixel| pixel.fill(luma(pixel)));
}
