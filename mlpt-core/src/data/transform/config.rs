//! The `INPUT` section and what it means once checked.

use super::Filter;
use crate::config::Config;
use crate::{Error, Result};

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
        /// Smallest and largest share of the picture's area that random_resized_crop takes.
        pub rrcrop_scale: Vec<f64> = vec![0.08, 1.0], "RRCROP_SCALE";
    }
}

/// The names of `INPUT.TRANSFORMS` that do something here. `center_crop` is accepted and ignored,
/// as the field's configs expect: the test transform always has it.
pub(super) const AVAILABLE: [&str; 4] = ["random_resized_crop", "random_flip", "normalize", "center_crop"];

/// The names that the field's configs may hold and that are not built yet.
const PLANNED: [&str; 14] = [
    "random_crop",
    "random_translation",
    "instance_norm",
    "cutout",
    "gaussian_noise",
    "imagenet_policy",
    "cifar10_policy",
    "svhn_policy",
    "randaugment",
    "randaugment_fixmatch",
    "randaugment2",
    "gaussian_blur",
    "colorjitter",
    "randomgrayscale",
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
    /// Subtract the mean and divide by the deviation.
    pub normalize: bool,
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
    /// [`Error::Config`] with every fault at once.
    pub fn read(config: &Config) -> Result<Self> {
        Self::check(&config.section("INPUT")?)
    }

    /// Checks an `INPUT` section.
    ///
    /// # Errors
    /// [`Error::Config`] with every fault at once.
    pub fn check(input: &InputConfig) -> Result<Self> {
        let mut faults = Vec::new();
        let size = match input.size[..] {
            [h, w] if h > 0 && w > 0 => (h, w),
            _ => {
                faults.push(format!("INPUT.SIZE: expected (height, width) above 0, found {:?}", input.size));
                (1, 1)
            }
        };
        let filter = Filter::by_name(&input.interpolation).unwrap_or_else(|| {
            let known = Filter::NAMES.join(", ");
            faults.push(format!("INPUT.INTERPOLATION: unknown '{}'; known: {known}", input.interpolation));
            Filter::Bicubic
        });
        for name in &input.transforms {
            if !AVAILABLE.contains(&name.as_str()) {
                let what = if PLANNED.contains(&name.as_str()) { "is not available yet" } else { "is unknown" };
                faults.push(format!("INPUT.TRANSFORMS: '{name}' {what}; available: {}", AVAILABLE.join(", ")));
            }
        }
        let mean = triple("PIXEL_MEAN", &input.pixel_mean, |_| true, &mut faults);
        let std = triple("PIXEL_STD", &input.pixel_std, |x| x > 0.0, &mut faults);
        let scale = match input.rrcrop_scale[..] {
            [low, high] if 0.0 < low && low <= high && high <= 1.0 => (low, high),
            _ => {
                faults.push(format!(
                    "INPUT.RRCROP_SCALE: expected (low, high) with 0 < low <= high <= 1, found {:?}",
                    input.rrcrop_scale
                ));
                (1.0, 1.0)
            }
        };
        if !faults.is_empty() {
            return Err(Error::Config(faults));
        }
        let listed = |name: &str| !input.no_transform && input.transforms.iter().any(|t| t == name);
        Ok(Self {
            size,
            filter,
            random_resized_crop: listed("random_resized_crop"),
            random_flip: listed("random_flip"),
            normalize: listed("normalize"),
            plain: input.no_transform,
            mean,
            std,
            scale,
        })
    }
}

fn triple(key: &str, values: &[f64], good: impl Fn(f64) -> bool, faults: &mut Vec<String>) -> [f32; 3] {
    match values {
        &[r, g, b] if [r, g, b].iter().all(|&x| x.is_finite() && good(x)) => [r as f32, g as f32, b as f32],
        _ => {
            faults.push(format!("INPUT.{key}: expected three numbers for red, green, blue, found {values:?}"));
            [1.0; 3]
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::{Origin, Resolved, Section};

    fn config() -> Config {
        let keys = InputConfig::keys_below("INPUT").into_iter();
        Config::new(keys.map(|k| (k.path, Resolved { value: k.default, origin: Origin::Default })).collect())
    }

    #[test]
    fn defaults_are_good_and_switches_are_a_set() {
        let mut c = config();
        let plain = TransformConfig::read(&c).unwrap();
        assert_eq!((plain.size, plain.normalize, plain.filter), ((224, 224), false, Filter::Bilinear));
        c.set("INPUT.TRANSFORMS", vec!["normalize", "random_flip", "center_crop"], Origin::Override);
        let t = TransformConfig::read(&c).unwrap();
        assert!(t.normalize && t.random_flip && !t.random_resized_crop);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut c = config();
        c.set("INPUT.SIZE", vec![224, 0], Origin::Override);
        c.set("INPUT.INTERPOLATION", "lanczos", Origin::Override);
        c.set("INPUT.TRANSFORMS", vec!["cutout", "random_flop"], Origin::Override);
        c.set("INPUT.PIXEL_STD", vec![0.1, 0.0, 0.1], Origin::Override);
        c.set("INPUT.RRCROP_SCALE", vec![0.5, 0.1], Origin::Override);
        let Err(Error::Config(faults)) = TransformConfig::read(&c) else { panic!("expected faults") };
        assert_eq!(faults.len(), 6, "{faults:?}");
        assert!(faults[2].contains("'cutout' is not available yet; available: random_resized_crop"), "{faults:?}");
        assert!(faults[3].contains("'random_flop' is unknown"), "{faults:?}");
    }
}
