//! One batch: labels at once, pixels or features when they are asked for.

use super::shown::Shown;
use crate::Result;
use crate::clip::FrozenClip;
use candle_core::Tensor;
use std::sync::Arc;

/// One batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Given labels, `B` of them.
    pub labels: Vec<usize>,
    /// Positions in the list of items that the loader was given.
    pub indices: Vec<usize>,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Pixels(Tensor),
    /// Views of which some are known already.
    Views(Arc<Shown>),
}

impl Batch {
    pub(super) fn of_pixels(images: Tensor, labels: Vec<usize>, indices: Vec<usize>) -> Self {
        Self { labels, indices, source: Source::Pixels(images) }
    }

    pub(super) fn of_views(shown: Shown, labels: Vec<usize>, indices: Vec<usize>) -> Self {
        Self { labels, indices, source: Source::Views(Arc::new(shown)) }
    }

    /// Normalised pixels `[B, 3, H, W]`, f32, on the run's device. With `DATALOADER.VIEWS` pictures are decoded here
    /// that need not be where [`Batch::features`] is enough.
    ///
    /// # Errors
    /// When an image cannot be read.
    pub fn images(&self) -> Result<Tensor> {
        match &self.source {
            Source::Pixels(images) => Ok(images.clone()),
            Source::Views(shown) => shown.images(),
        }
    }

    /// Unnormalised features `[B, E]` of the frozen image tower, without a graph: one pass over the batch, or with
    /// `DATALOADER.VIEWS` over those views that have not been encoded in this run. All batches of a run are to be
    /// asked with the same model.
    ///
    /// # Errors
    /// When an image cannot be read or a tensor operation fails.
    pub fn features(&self, clip: &FrozenClip) -> Result<Tensor> {
        match &self.source {
            Source::Pixels(images) => clip.encode_images(images),
            Source::Views(shown) => shown.features(clip),
        }
    }
}
