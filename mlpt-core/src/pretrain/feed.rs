//! Batches of pairs, made ahead of time on a thread of their own.

use super::source::CaptionSource;
use crate::clip::Tokenizer;
use crate::data::transform::Transform;
use crate::rng::RngTree;
use crate::{Error, Result};
use candle_core::{D, Device, Tensor};
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

/// One batch.
pub(super) struct PairBatch {
    /// Normalised pixels `[B, 3, H, W]`.
    pub images: Tensor,
    /// Token ids with start and end, one list a caption.
    pub ids: Vec<Vec<u32>>,
}

impl PairBatch {
    /// `[B, B]`: where captions repeat within the batch each of them counts as right, in equal parts.
    pub(super) fn targets(&self, device: &Device) -> Result<Tensor> {
        let size = self.ids.len();
        let mut rows = vec![0f32; size * size];
        for (i, row) in rows.chunks_mut(size).enumerate() {
            let same: Vec<usize> = (0..size).filter(|&j| self.ids[j] == self.ids[i]).collect();
            for &j in &same {
                row[j] = 1.0 / same.len() as f32;
            }
        }
        Ok(Tensor::from_vec(rows, (size, size), device)?)
    }

    /// Fraction of pictures whose most similar caption is their own (or says the same).
    pub(super) fn top1(&self, logits: &Tensor) -> Result<f64> {
        let best = logits.detach().argmax(D::Minus1)?.to_vec1::<u32>()?;
        let right = best.iter().enumerate().filter(|&(i, &j)| self.ids[j as usize] == self.ids[i]).count();
        Ok(right as f64 / self.ids.len() as f64)
    }
}

/// What a batch is made with.
pub(super) struct Recipe {
    pub source: Arc<dyn CaptionSource>,
    pub tokenizer: Arc<Tokenizer>,
    /// Random crop.
    pub transform: Transform,
    /// Random crop and mirror, where the source allows it.
    pub mirroring: Option<Transform>,
    pub batch_size: usize,
    pub device: Device,
}

/// The batch of one step: draws hang on the step and the place in the batch alone.
fn make(recipe: &Recipe, rng: &RngTree) -> Result<PairBatch> {
    let (height, width) = recipe.transform.size();
    let rows: Vec<(Vec<f32>, Vec<u32>)> = (0..recipe.batch_size)
        .into_par_iter()
        .map(|i| {
            let rng = rng.at(i);
            let (picture, caption) = recipe.source.sample(&rng)?;
            let mirroring = recipe.mirroring.as_ref().filter(|_| recipe.source.may_flip(&rng));
            let pixels = mirroring.unwrap_or(&recipe.transform).apply(&picture, &mut rng.child("crop").rng());
            Ok((pixels, recipe.tokenizer.tokenize_full(&caption)?))
        })
        .collect::<Result<_>>()?;
    let (pixels, ids): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let images = Tensor::from_vec(pixels.concat(), (recipe.batch_size, 3, height, width), &recipe.device)?;
    Ok(PairBatch { images, ids })
}

/// Starts making the batches of steps `from..to`; at most two wait.
pub(super) fn feed(recipe: Recipe, rng: RngTree, from: usize, to: usize) -> Result<Receiver<Result<PairBatch>>> {
    let (sender, receiver) = sync_channel(2);
    std::thread::Builder::new()
        .name("pictures".into())
        .spawn(move || {
            for step in from..to {
                // The receiver is gone when the loop stops early.
                if sender.send(make(&recipe, &rng.at(step))).is_err() {
                    return;
                }
            }
        })
        .map_err(|e| Error::invalid(format!("cannot start a thread: {e}")))?;
    Ok(receiver)
}
