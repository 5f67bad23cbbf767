//! One operation with its parameters.

use super::{
    Affine, Rectangle, auto_contrast, brightness, color, contrast, equalize, gaussian_blur, grayscale, invert,
    posterize, sharpness, shift_hue, solarize, solarize_add,
};
use image::RgbImage;

/// An operation on a picture, as a draw gives it. The size of the picture stays.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// See [`auto_contrast`].
    AutoContrast,
    /// See [`equalize`].
    Equalize,
    /// See [`invert`].
    Invert,
    /// See [`posterize`]: the bits that are kept.
    Posterize(u32),
    /// See [`solarize`]: the threshold.
    Solarize(f64),
    /// See [`solarize_add`]: what is added.
    SolarizeAdd(u8),
    /// See [`brightness`]: the factor.
    Brightness(f64),
    /// See [`contrast`]: the factor.
    Contrast(f64),
    /// See [`color`]: the factor.
    Color(f64),
    /// See [`sharpness`]: the factor.
    Sharpness(f64),
    /// See [`shift_hue`]: the share of the whole circle.
    Hue(f64),
    /// See [`grayscale`].
    Grayscale,
    /// See [`gaussian_blur`].
    Blur {
        /// Width and height of the window in pixels.
        kernel: usize,
        /// Standard deviation in pixels.
        sigma: f64,
    },
    /// A shear, a shift or a turn.
    Affine(Affine),
    /// A rectangle of one colour.
    Rectangle(Rectangle),
}

impl Op {
    /// Changes the picture.
    pub fn apply(&self, image: &mut RgbImage) {
        match self {
            Op::AutoContrast => auto_contrast(image),
            Op::Equalize => equalize(image),
            Op::Invert => invert(image),
            Op::Posterize(bits) => posterize(image, *bits),
            Op::Solarize(threshold) => solarize(image, *threshold),
            Op::SolarizeAdd(addition) => solarize_add(image, *addition),
            Op::Brightness(factor) => brightness(image, *factor),
            Op::Contrast(factor) => contrast(image, *factor),
            Op::Color(factor) => color(image, *factor),
            Op::Sharpness(factor) => sharpness(image, *factor),
            Op::Hue(share) => shift_hue(image, *share),
            Op::Grayscale => grayscale(image),
            Op::Blur { kernel, sigma } => gaussian_blur(image, *kernel, *sigma),
            Op::Affine(map) => *image = map.apply(image),
            Op::Rectangle(rectangle) => rectangle.fill(image),
        }
    }
}
