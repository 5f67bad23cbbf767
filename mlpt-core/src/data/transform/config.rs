//! The `INPUT` section and what it means once checked.

use super::{Augment, Filter};
use crate::Result;
use crate::config::Config;

crate::section! {
    /// How pictures become pixels: the section `INPUT`.
    pub struct InputConfig {
        /// Height and width of the model's input, in pixels.
        pub size: Vec<usize> = vec![224_usize, 224], "SIZE";
        /// Resampling of every resize: nearest, bilinear or bicubic, as Pillow computes them.
        pub interpolation: String = "bilinear".to_owned(), "INTERPOLATION";
        /// What is switched on; the order is fixed and not that of the list.
        pub transforms: Vec<String> = Vec::new(), "TRANSFORMS";
        /// Only resize to SIZE exactly, with values in 0..1: neither augmentation nor normalisation.
        pub no_transform: bool = false, "NO_TRANSFORM";
        /// Mean of red, green, blue, on the scale 0..1.
        pub pixel_mean: Vec<f64> = vec![0.485, 0.456, 0.406], "PIXEL_MEAN";
        /// Standard deviation of red, green, blue, on the scale 0..1.
        pub pixel_std: Vec<f64> = vec![0.229, 0.224, 0.225], "PIXEL_STD";
        /// Black pixels that random_crop puts around a picture.
        pub crop_padding: usize = 4_usize, "CROP_PADDING";
        /// Smallest and largest share of the picture's area that random_resized_crop takes.
        pub rrcrop_scale: Vec<f64> = vec![0.08, 1.0], "RRCROP_SCALE";
        /// Number of squares that cutout blackens.
        pub cutout_n: usize = 1_usize, "CUTOUT_N";
        /// Side of a square of cutout, in pixels.
        pub cutout_len: usize = 16_usize, "CUTOUT_LEN";
        /// Mean of gaussian_noise, in units of the normalised values.
        pub gn_mean: f64 = 0.0, "GN_MEAN";
        /// Standard deviation of gaussian_noise, in units of the normalised values.
        pub gn_std: f64 = 0.15, "GN_STD";
        /// Number of operations of randaugment, randaugment_fixmatch and randaugment2.
        pub randaugment_n: usize = 2_usize, "RANDAUGMENT_N";
        /// Strength of randaugment's operations, from 0 to 30.
        pub randaugment_m: usize = 10_usize, "RANDAUGMENT_M";
        /// How far colorjitter takes the brightness from 1.
        pub colorjitter_b: f64 = 0.4, "COLORJITTER_B";
        /// How far colorjitter takes the contrast from 1.
        pub colorjitter_c: f64 = 0.4, "COLORJITTER_C";
        /// How far colorjitter takes the saturation from 1.
        pub colorjitter_s: f64 = 0.4, "COLORJITTER_S";
        /// How far colorjitter turns the hue, as a share of the circle, at most 0.5.
        pub colorjitter_h: f64 = 0.1, "COLORJITTER_H";
        /// Probability of randomgrayscale.
        pub rgs_p: f64 = 0.2, "RGS_P";
        /// Probability of gaussian_blur.
        pub gb_p: f64 = 0.5, "GB_P";
        /// Width and height of gaussian_blur's window in pixels, an odd number.
        pub gb_k: usize = 21_usize, "GB_K";
    }
}

/// The names that `INPUT.TRANSFORMS` may hold, in the order in which they are applied. `center_crop` is
/// accepted and does nothing, as the field's configs expect: the test transform always has it.
pub(super) const AVAILABLE: [&str; 18] = [
    "random_translation",
    "random_crop",
    "random_resized_crop",
    "random_flip",
    "imagenet_policy",
    "cifar10_policy",
    "svhn_policy",
    "randaugment",
    "randaugment_fixmatch",
    "randaugment2",
    "colorjitter",
    "randomgrayscale",
    "gaussian_blur",
    "cutout",
    "normalize",
    "gaussian_noise",
    "instance_norm",
    "center_crop",
];

/// A checked [`InputConfig`].
#[derive(Clone, Debug, PartialEq)]
pub struct TransformConfig {
    /// Height and width in pixels.
    pub size: (usize, usize),
    /// Resampling.
    pub filter: Filter,
    /// Take a random part of a random shape (training).
    pub random_resized_crop: bool,
    /// Mirror every second picture (training).
    pub random_flip: bool,
    /// Everything else that is random (training).
    pub augment: Augment,
    /// Subtract the mean and divide by the deviation.
    pub normalize: bool,
    /// Bring every channel of every picture to mean 0 and deviation 1, at the very end.
    pub instance_norm: bool,
    /// Neither augment nor keep the aspect.
    pub plain: bool,
    /// Means of the channels, 0..1.
    pub mean: [f32; 3],
    /// Deviations of the channels, 0..1.
    pub std: [f32; 3],
    /// Range of the share of the area for the random part.
    pub scale: (f64, f64),
}

impl TransformConfig {
    /// Reads the section `INPUT`.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) with every fault at once.
    pub fn read(config: &Config) -> Result<Self> {
        Self::check(&config.section("INPUT")?)
    }
}
