//! A batch of images that several learners look at, encoded once.

use candle_core::Tensor;
use mlpt_core::Result;
use mlpt_core::clip::FrozenClip;
use mlpt_core::prompt::{ImageInput, ImageSide};

/// Pixels, and the frozen tower's features where some learner can use them.
pub struct Images {
    pixels: Tensor,
    features: Option<Tensor>,
}

impl Images {
    /// Encodes pixels `[B, 3, H, W]` once if any of `sides` works from the frozen tower's features.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn encode(clip: &FrozenClip, pixels: &Tensor, sides: &[ImageSide]) -> Result<Self> {
        let frozen = sides.contains(&ImageSide::Frozen);
        let features = if frozen { Some(clip.encode_images(pixels)?) } else { None };
        Ok(Self { pixels: pixels.clone(), features })
    }

    /// What a learner with this image side starts from.
    pub fn input(&self, side: ImageSide) -> ImageInput<'_> {
        match (&self.features, side) {
            (Some(features), ImageSide::Frozen) => ImageInput::Features(features),
            _ => ImageInput::Pixels(&self.pixels),
        }
    }

    /// Pixels `[B, 3, H, W]`.
    pub fn pixels(&self) -> &Tensor {
        &self.pixels
    }

    /// The frozen tower's features `[B, E]`, where they were made.
    pub fn features(&self) -> Option<&Tensor> {
        self.features.as_ref()
    }
}
