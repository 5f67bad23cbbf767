//! The steps of a transform in words.

use super::augment::{ColorJitter, RandAugment};
use super::{Augment, TransformConfig};

/// A line for each step, as the field's logs show them, with a heading.
pub(super) fn describe(c: &TransformConfig, training: bool) -> Vec<String> {
    let mut lines = vec![format!("Building transform_{}", if training { "train" } else { "test" })];
    if c.plain {
        lines.push(resized(c));
    } else if training {
        lines.extend(pictures(c));
    } else {
        let (h, w) = c.size;
        lines.push(format!("+ resize the smaller edge to {}", h.max(w)));
        lines.push(format!("+ {h}x{w} center crop"));
    }
    lines.push("+ to torch tensor of range [0, 1]".to_owned());
    if let Some(cutout) = c.augment.cutout.filter(|_| training) {
        lines.push(format!("+ cutout (n_holes={}, length={})", cutout.holes, cutout.length));
    }
    if c.normalize {
        lines.push(format!("+ normalization (mean={:?}, std={:?})", c.mean, c.std));
    }
    if let Some(noise) = c.augment.noise.filter(|_| training) {
        lines.push(format!("+ gaussian noise (mean={:?}, std={:?})", noise.mean, noise.std));
    }
    if c.instance_norm {
        lines.push("+ instance normalization".to_owned());
    }
    lines
}

fn resized(c: &TransformConfig) -> String {
    format!("+ resize to {}x{}", c.size.0, c.size.1)
}

/// What training does to pictures.
fn pictures(c: &TransformConfig) -> Vec<String> {
    let a = &c.augment;
    let mut lines = Vec::new();
    if a.crop_padding.is_none() && !c.random_resized_crop {
        lines.push(resized(c));
    }
    if a.translation {
        lines.push("+ random translation".to_owned());
    }
    if let Some(padding) = a.crop_padding {
        lines.push(format!("+ random crop (padding={padding})"));
    }
    if c.random_resized_crop {
        let (low, high) = c.scale;
        lines.push(format!("+ random resized crop (size={:?}, scale=({low:?}, {high:?}))", c.size));
    }
    if c.random_flip {
        lines.push("+ random flip".to_owned());
    }
    lines.extend(a.policies.iter().map(|policy| format!("+ {}", policy.name().replace('_', " "))));
    lines.extend(a.rand_augments.iter().map(rand_augment));
    lines.extend(colours(a));
    lines
}

fn rand_augment(which: &RandAugment) -> String {
    match which {
        RandAugment::Original { count, magnitude } => format!("+ randaugment (n={count}, m={magnitude})"),
        RandAugment::FixMatch { count } => format!("+ randaugment_fixmatch (n={count})"),
        RandAugment::Second { count } => format!("+ randaugment2 (n={count})"),
    }
}

fn colours(a: &Augment) -> impl Iterator<Item = String> {
    let jitter = a.jitter.map(|ColorJitter { brightness, contrast, saturation, hue }| {
        format!(
            "+ color jitter (brightness={brightness:?}, contrast={contrast:?}, saturation={saturation:?}, hue={hue:?})"
        )
    });
    let grayscale = a.grayscale.map(|p| format!("+ random gray scale (p={p:?})"));
    let blur = a.blur.map(|blur| format!("+ gaussian blur (kernel={})", blur.kernel));
    [jitter, grayscale, blur].into_iter().flatten()
}
