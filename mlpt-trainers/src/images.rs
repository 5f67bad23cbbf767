//! A batch of images that several learners look at, encoded once.

use candle_core::Tensor;
use mlpt_core::clip::FrozenClip;
use mlpt_core::data::Batch;
use mlpt_core::prompt::{ImageInput, ImageSide};
use mlpt_core::{Error, Result};

/// Pixels and the frozen tower's features, each where some learner starts from them.
pub struct Images {
    pixels: Option<Tensor>,
    features: Option<Tensor>,
}

impl Images {
    /// What learners with these image sides need of a batch. The frozen tower's features are made once, or come from the
    /// batch's fixed views.
    ///
    /// # Errors
    /// When an image cannot be read or a tensor operation fails.
    pub fn of(clip: &FrozenClip, batch: &Batch, sides: &[ImageSide]) -> Result<Self> {
        let features = sides.contains(&ImageSide::Frozen).then(|| batch.features(clip)).transpose()?;
        let pixels = sides.contains(&ImageSide::Prompted).then(|| batch.images()).transpose()?;
        Ok(Self { pixels, features })
    }

    /// The same of pixels `[B, 3, H, W]`.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn encode(clip: &FrozenClip, pixels: &Tensor, sides: &[ImageSide]) -> Result<Self> {
        let features = sides.contains(&ImageSide::Frozen).then(|| clip.encode_images(pixels)).transpose()?;
        Ok(Self { pixels: Some(pixels.clone()), features })
    }

    /// What a learner with this image side starts from.
    ///
    /// # Errors
    /// When the side is none of those that these images were made for.
    pub fn input(&self, side: ImageSide) -> Result<ImageInput<'_>> {
        let input = match side {
            ImageSide::Frozen => self.features.as_ref().map(ImageInput::Features),
            ImageSide::Prompted => self.pixels.as_ref().map(ImageInput::Pixels),
        };
        input.ok_or_else(|| Error::invalid("a batch is used in another way than it was loaded for"))
    }

    /// The frozen tower's features `[B, E]`, where they were made.
    pub fn features(&self) -> Option<&Tensor> {
        self.features.as_ref()
    }
}
