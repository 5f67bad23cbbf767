//! The rendered pictures as a source for pre-training.

use super::CaptionedPictures;
use image::RgbImage;
use mlpt_core::Result;
use mlpt_core::pretrain::CaptionSource;
use mlpt_core::rng::RngTree;

impl CaptionSource for CaptionedPictures {
    fn sample(&self, rng: &RngTree) -> Result<(RgbImage, String)> {
        let made = CaptionedPictures::sample(self, rng)?;
        Ok((made.image, made.caption))
    }

    fn caption(&self, rng: &RngTree) -> Result<String> {
        // The same words that the picture would get, without drawing it.
        let scene = self.scene(&mut rng.child("scene").rng());
        Ok(CaptionedPictures::caption(self, &scene, rng))
    }
}
