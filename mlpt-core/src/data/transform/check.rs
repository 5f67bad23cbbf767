//! Checks of the `INPUT` section.

use super::augment::{ColorJitter, Cutout, GaussianBlur, GaussianNoise, MAGNITUDES, Policy, RandAugment};
use super::config::AVAILABLE;
use super::{Augment, Filter, InputConfig, TransformConfig};
use crate::{Error, Result};

/// No border, and no factor of colours, is larger in earnest; sums stay far from their ends.
const LARGEST: usize = 100_000;

impl TransformConfig {
    /// Checks an `INPUT` section. Keys of transforms that are not listed are checked too.
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
                faults.push(format!("INPUT.TRANSFORMS: '{name}' is unknown; known: {}", AVAILABLE.join(", ")));
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
        faults.extend(numbers(input));
        if faults.is_empty() {
            faults.extend(together(input, size));
        }
        if !faults.is_empty() {
            return Err(Error::Config(faults));
        }
        Ok(Self {
            size,
            filter,
            random_resized_crop: listed(input, "random_resized_crop"),
            random_flip: listed(input, "random_flip"),
            augment: augment(input),
            normalize: listed(input, "normalize"),
            instance_norm: listed(input, "instance_norm"),
            plain: input.no_transform,
            mean,
            std,
            scale,
        })
    }
}

fn listed(input: &InputConfig, name: &str) -> bool {
    !input.no_transform && input.transforms.iter().any(|t| t == name)
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

/// What is wrong with the single numbers.
fn numbers(input: &InputConfig) -> Vec<String> {
    let largest = LARGEST as f64;
    let ranges = [
        ("GN_MEAN", input.gn_mean, -largest, largest),
        ("GN_STD", input.gn_std, 0.0, largest),
        ("COLORJITTER_B", input.colorjitter_b, 0.0, largest),
        ("COLORJITTER_C", input.colorjitter_c, 0.0, largest),
        ("COLORJITTER_S", input.colorjitter_s, 0.0, largest),
        ("COLORJITTER_H", input.colorjitter_h, 0.0, 0.5),
        ("RGS_P", input.rgs_p, 0.0, 1.0),
        ("GB_P", input.gb_p, 0.0, 1.0),
    ];
    let counts = [
        ("CROP_PADDING", input.crop_padding, 0, LARGEST),
        ("CUTOUT_N", input.cutout_n, 1, LARGEST),
        ("CUTOUT_LEN", input.cutout_len, 2, LARGEST),
        ("RANDAUGMENT_N", input.randaugment_n, 1, LARGEST),
        ("RANDAUGMENT_M", input.randaugment_m, 0, MAGNITUDES),
        ("GB_K", input.gb_k, 1, LARGEST),
    ];
    let mut faults: Vec<String> = (ranges.iter())
        .filter(|(_, value, low, high)| !(low..=high).contains(&value))
        .map(|(key, value, low, high)| format!("INPUT.{key}: expected a number from {low} to {high}, found {value}"))
        .collect();
    faults.extend((counts.iter()).filter(|(_, value, low, high)| !(low..=high).contains(&value)).map(
        |(key, value, low, high)| format!("INPUT.{key}: expected a whole number from {low} to {high}, found {value}"),
    ));
    if input.gb_k.is_multiple_of(2) && input.gb_k > 0 {
        faults.push(format!("INPUT.GB_K: expected an odd number, found {}", input.gb_k));
    }
    faults
}

/// What does not go with `INPUT.SIZE`.
fn together(input: &InputConfig, size: (usize, usize)) -> Vec<String> {
    let mut faults = Vec::new();
    let (height, width) = size;
    if listed(input, "gaussian_blur") && input.gb_k / 2 >= height.min(width) {
        faults.push(format!(
            "INPUT.GB_K: a window of {} pixels is too large for INPUT.SIZE {height} x {width}; at most {}",
            input.gb_k,
            2 * height.min(width) - 1
        ));
    }
    if listed(input, "instance_norm") && height * width < 2 {
        faults.push("INPUT.TRANSFORMS: 'instance_norm' needs more than one pixel; make INPUT.SIZE larger".to_owned());
    }
    faults
}

fn augment(input: &InputConfig) -> Augment {
    let on = |name: &str| listed(input, name);
    let count = input.randaugment_n;
    let rand_augments = [
        ("randaugment", RandAugment::Original { count, magnitude: input.randaugment_m }),
        ("randaugment_fixmatch", RandAugment::FixMatch { count }),
        ("randaugment2", RandAugment::Second { count }),
    ];
    Augment {
        translation: on("random_translation"),
        crop_padding: on("random_crop").then_some(input.crop_padding),
        policies: Policy::ALL.into_iter().filter(|policy| on(policy.name())).collect(),
        rand_augments: rand_augments.into_iter().filter(|(name, _)| on(name)).map(|(_, which)| which).collect(),
        jitter: on("colorjitter").then_some(ColorJitter {
            brightness: input.colorjitter_b,
            contrast: input.colorjitter_c,
            saturation: input.colorjitter_s,
            hue: input.colorjitter_h,
        }),
        grayscale: on("randomgrayscale").then_some(input.rgs_p),
        blur: on("gaussian_blur").then_some(GaussianBlur { probability: input.gb_p, kernel: input.gb_k }),
        cutout: on("cutout").then_some(Cutout { holes: input.cutout_n, length: input.cutout_len }),
        noise: on("gaussian_noise").then_some(GaussianNoise { mean: input.gn_mean as f32, std: input.gn_std as f32 }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::{Config, Origin, Resolved, Section};

    fn config() -> Config {
        let keys = InputConfig::keys_below("INPUT").into_iter();
        Config::new(keys.map(|k| (k.path, Resolved { value: k.default, origin: Origin::Default })).collect())
    }

    fn faults(config: &Config) -> Vec<String> {
        let Err(Error::Config(faults)) = TransformConfig::read(config) else { panic!("expected faults") };
        faults
    }

    #[test]
    fn defaults_are_good_and_switches_are_a_set() {
        let mut c = config();
        let plain = TransformConfig::read(&c).unwrap();
        assert_eq!((plain.size, plain.normalize, plain.filter), ((224, 224), false, Filter::Bilinear));
        assert_eq!(plain.augment, Augment::default());
        c.set("INPUT.TRANSFORMS", vec!["normalize", "random_flip", "center_crop"], Origin::Override);
        let t = TransformConfig::read(&c).unwrap();
        assert!(t.normalize && t.random_flip && !t.random_resized_crop);
        assert_eq!(t.augment, Augment::default());
        c.set("INPUT.TRANSFORMS", AVAILABLE.to_vec(), Origin::Override);
        let all = TransformConfig::read(&c).unwrap();
        assert_eq!((all.augment.policies, all.augment.crop_padding), (Policy::ALL.to_vec(), Some(4)));
        assert_eq!(all.augment.rand_augments[0], RandAugment::Original { count: 2, magnitude: 10 });
        c.set("INPUT.NO_TRANSFORM", true, Origin::Override);
        let none = TransformConfig::read(&c).unwrap();
        assert_eq!((none.augment, none.instance_norm, none.plain), (Augment::default(), false, true));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut c = config();
        c.set("INPUT.SIZE", vec![224, 0], Origin::Override);
        c.set("INPUT.INTERPOLATION", "lanczos", Origin::Override);
        c.set("INPUT.TRANSFORMS", vec!["cutout", "random_flop"], Origin::Override);
        c.set("INPUT.PIXEL_STD", vec![0.1, 0.0, 0.1], Origin::Override);
        c.set("INPUT.RRCROP_SCALE", vec![0.5, 0.1], Origin::Override);
        c.set("INPUT.COLORJITTER_H", 0.6, Origin::Override);
        c.set("INPUT.RGS_P", f64::NAN, Origin::Override);
        c.set("INPUT.RANDAUGMENT_M", 31, Origin::Override);
        c.set("INPUT.CUTOUT_LEN", 1, Origin::Override);
        c.set("INPUT.GB_K", 20, Origin::Override);
        let faults = faults(&c);
        assert_eq!(faults.len(), 10, "{faults:?}");
        assert!(faults[2].contains("'random_flop' is unknown; known: random_translation"), "{faults:?}");
        assert_eq!(faults[5], "INPUT.COLORJITTER_H: expected a number from 0 to 0.5, found 0.6");
        assert!(
            faults[8].contains("INPUT.RANDAUGMENT_M: expected a whole number from 0 to 30, found 31"),
            "{faults:?}"
        );
        assert_eq!(faults[9], "INPUT.GB_K: expected an odd number, found 20");
    }

    #[test]
    fn a_window_or_a_norm_that_does_not_fit_the_size_is_a_fault() {
        let mut c = config();
        c.set("INPUT.SIZE", vec![10, 64], Origin::Override);
        assert!(TransformConfig::read(&c).is_ok());
        c.set("INPUT.TRANSFORMS", vec!["gaussian_blur"], Origin::Override);
        assert!(faults(&c)[0].ends_with("too large for INPUT.SIZE 10 x 64; at most 19"), "{:?}", faults(&c));
        c.set("INPUT.GB_K", 19, Origin::Override);
        assert!(TransformConfig::read(&c).is_ok());
        c.set("INPUT.SIZE", vec![1, 1], Origin::Override);
        c.set("INPUT.TRANSFORMS", vec!["instance_norm"], Origin::Override);
        assert!(faults(&c)[0].contains("more than one pixel"));
    }
}
