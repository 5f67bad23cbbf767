//! Encoding images so that each one's features do not depend on what it is encoded with.

use super::frozen::FrozenClip;
use crate::Result;
use candle_core::{DType, Tensor};
use rayon::prelude::*;

/// Images that the tower is given at once: always so many.
const GROUP_CPU: usize = 4;
const GROUP_GPU: usize = 32;

impl FrozenClip {
    /// As [`FrozenClip::encode_images`], but every row has the bits that it has in any other batch, at any place in it
    /// and with any number of threads: the tower always sees the same number of images, and the last group is filled
    /// up. (Otherwise a row's last bits can differ from batch to batch: products of few rows are added up in another
    /// order.) The pass is not counted as asked for: see [`FrozenClip::count_images`].
    ///
    /// # Errors
    /// As [`FrozenClip::encode_images`].
    pub fn encode_images_apart(&self, pixels: &Tensor) -> Result<Tensor> {
        self.inner.passes.spent(pixels.dim(0)?);
        self.encode_uncounted(pixels)
    }

    /// How many images [`FrozenClip::encode_images_apart`] gives to the tower at once: multiples of it waste nothing.
    pub fn group(&self) -> usize {
        if self.inner.device.is_cpu() { GROUP_CPU } else { GROUP_GPU }
    }

    /// Counts `passes` of the image tower over `rows` images that a run asks for, whether they are made or what they
    /// would give is known.
    pub fn count_images(&self, passes: usize, rows: usize) {
        self.inner.passes.asked(passes, rows);
    }

    /// As [`FrozenClip::encode_images_apart`], not counted at all.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn encode_uncounted(&self, pixels: &Tensor) -> Result<Tensor> {
        let (rows, group) = (pixels.dim(0)?, self.group());
        if rows == 0 {
            return Ok(Tensor::zeros((0, self.embed_dim()), DType::F32, &self.inner.device)?);
        }
        let pixels = pixels.detach();
        let encode = |from: usize| -> Result<Tensor> {
            let have = group.min(rows - from);
            let part = pixels.narrow(0, from, have)?;
            if have == group {
                return self.inner.model.image_features(&part);
            }
            let filling = part.narrow(0, 0, 1)?.repeat((group - have, 1, 1, 1))?;
            Ok(self.inner.model.image_features(&Tensor::cat(&[&part, &filling], 0)?)?.narrow(0, 0, have)?)
        };
        let starts: Vec<usize> = (0..rows).step_by(group).collect();
        let parts: Vec<Tensor> = if self.inner.device.is_cpu() {
            starts.into_par_iter().map(encode).collect::<Result<_>>()?
        } else {
            starts.into_iter().map(encode).collect::<Result<_>>()?
        };
        Ok(Tensor::cat(&parts, 0)?)
    }
}
