//! From picture files to features, as the model wants its pixels.

use super::frozen::FrozenClip;
use super::preprocess::{Interpolation, Preprocess};
use crate::data::transform::{Augment, Filter};
use crate::data::{Transform, TransformConfig, decode_picture};
use crate::rng::RngTree;
use crate::{Error, Result};
use candle_core::{DType, Tensor};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Pictures that are decoded at once; bounds the memory.
const AT_ONCE: usize = 64;

impl Preprocess {
    /// The test transform: the shorter side resized to `size`, the middle cut out, normalised.
    pub fn transform(&self) -> Transform {
        let filter = match self.interpolation {
            Interpolation::Nearest => Filter::Nearest,
            Interpolation::Bilinear => Filter::Bilinear,
            Interpolation::Bicubic => Filter::Bicubic,
        };
        let config = TransformConfig {
            size: (self.size, self.size),
            filter,
            random_resized_crop: false,
            random_flip: false,
            augment: Augment::default(),
            normalize: true,
            instance_norm: false,
            plain: false,
            mean: self.mean,
            std: self.std,
            scale: (1.0, 1.0),
        };
        Transform::new(config, false)
    }
}

impl FrozenClip {
    /// Picture files to features `[N, E]` in f32, not normalised.
    ///
    /// # Errors
    /// When a file cannot be read or is no picture.
    pub fn encode_files(&self, paths: &[PathBuf]) -> Result<Tensor> {
        let transform = self.preprocess().transform();
        let parts = paths
            .chunks(AT_ONCE)
            .map(|paths| self.encode_images(&self.pixels(&transform, paths)?))
            .collect::<Result<Vec<_>>>()?;
        match parts.is_empty() {
            true => Ok(Tensor::zeros((0, self.embed_dim()), DType::F32, self.device())?),
            false => Ok(Tensor::cat(&parts, 0)?),
        }
    }

    fn pixels(&self, transform: &Transform, paths: &[PathBuf]) -> Result<Tensor> {
        let side = self.input_size();
        let read = |path: &PathBuf| read(path, transform);
        let pictures = paths.par_iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Tensor::from_vec(pictures.concat(), (paths.len(), 3, side, side), self.device())?)
    }
}

fn read(path: &Path, transform: &Transform) -> Result<Vec<f32>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    // The test transform draws nothing.
    let mut rng = RngTree::new(0).rng();
    Ok(transform.apply(&decode_picture(path, &bytes)?, &mut rng))
}
