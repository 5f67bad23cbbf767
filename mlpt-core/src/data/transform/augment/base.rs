//! The random transforms that are switched on.

use super::{ColorJitter, Cutout, GaussianBlur, GaussianNoise, Policy, RandAugment, share};
use crate::data::transform::ops::Op;
use crate::rng::Rng;

/// What training does to a picture besides the random part and the mirror. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Augment {
    /// random_translation.
    pub translation: bool,
    /// random_crop: the border in pixels.
    pub crop_padding: Option<usize>,
    /// The AutoAugment policies, in the order in which they are applied.
    pub policies: Vec<Policy>,
    /// The RandAugments, in the order in which they are applied.
    pub rand_augments: Vec<RandAugment>,
    /// colorjitter.
    pub jitter: Option<ColorJitter>,
    /// randomgrayscale: the probability.
    pub grayscale: Option<f64>,
    /// gaussian_blur.
    pub blur: Option<GaussianBlur>,
    /// cutout.
    pub cutout: Option<Cutout>,
    /// gaussian_noise.
    pub noise: Option<GaussianNoise>,
}

impl Augment {
    /// What is done to a picture of `size` (width, height) after the mirror and before its bytes become
    /// numbers, in the published order.
    pub fn draw_operations(&self, size: (usize, usize), rng: &mut Rng) -> Vec<Op> {
        let mut drawn = Vec::new();
        for policy in &self.policies {
            drawn.extend(policy.draw(size, rng));
        }
        for rand_augment in &self.rand_augments {
            drawn.extend(rand_augment.draw(size, rng));
        }
        if let Some(jitter) = self.jitter {
            drawn.extend(jitter.draw(rng));
        }
        if self.grayscale.is_some_and(|probability| share(rng) < probability) {
            drawn.push(Op::Grayscale);
        }
        if let Some(blur) = self.blur {
            drawn.extend(blur.draw(rng));
        }
        drawn
    }
}
