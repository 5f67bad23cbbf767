//! A batch of fixed views: decoded and encoded only where that is not done yet.

use super::loader::{Loader, Pick};
use super::views::{Slot, ViewBank};
use crate::Result;
use crate::clip::FrozenClip;
use candle_core::{DType, Device, Tensor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// The views of one batch.
#[derive(Debug)]
pub(super) struct Shown {
    loader: Loader,
    bank: Arc<ViewBank>,
    picks: Vec<Pick>,
    /// Pixels that were made ahead of time, by row.
    ahead: BTreeMap<usize, Vec<f32>>,
    whole: OnceLock<Tensor>,
}

impl Shown {
    /// The views `picks`, with the pixels of the rows `made`, one behind the other.
    pub(super) fn new(
        loader: Loader,
        bank: Arc<ViewBank>,
        picks: Vec<Pick>,
        (made, pixels): (&[usize], &[f32]),
    ) -> Self {
        let (height, width) = loader.transform().size();
        let parts = pixels.chunks_exact((3 * height * width).max(1));
        let ahead = made.iter().zip(parts).map(|(row, part)| (*row, part.to_vec())).collect();
        Self { loader, bank, picks, ahead, whole: OnceLock::new() }
    }

    /// Pixels `[B, 3, H, W]`.
    pub(super) fn images(&self) -> Result<Tensor> {
        self.bank.want_pixels();
        if let Some(images) = self.whole.get() {
            return Ok(images.clone());
        }
        let images = self.pixels(&(0..self.picks.len()).collect::<Vec<_>>())?;
        Ok(self.whole.get_or_init(|| images).clone())
    }

    /// Features `[B, E]`.
    pub(super) fn features(&self, clip: &FrozenClip) -> Result<Tensor> {
        let width = clip.embed_dim();
        let mut rows: Vec<Option<Arc<[f32]>>> = self.picks.iter().map(|pick| self.bank.get(pick.slot?)).collect();
        // An image that is shown twice in one view is encoded once.
        let mut slots: BTreeSet<Slot> = BTreeSet::new();
        let is_missing = |row: &usize| rows[*row].is_none() && self.picks[*row].slot.is_none_or(|s| slots.insert(s));
        let missing: Vec<usize> = (0..rows.len()).filter(is_missing).collect();
        if !missing.is_empty() {
            let encoded = clip.encode_images_apart(&self.pixels(&missing)?)?;
            let encoded = encoded.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.to_vec2::<f32>()?;
            let mut fresh = 0;
            for (&row, features) in missing.iter().zip(encoded) {
                let features: Arc<[f32]> = features.into();
                fresh += usize::from(self.picks[row].slot.is_none_or(|slot| self.bank.put(slot, features.clone())));
                rows[row] = Some(features);
            }
            if fresh > 0 {
                clip.count_images(1, fresh);
            }
        }
        let mut values = Vec::with_capacity(rows.len() * width);
        for (pick, row) in self.picks.iter().zip(rows) {
            let row = row.or_else(|| self.bank.get(pick.slot?));
            values.extend_from_slice(row.as_deref().unwrap_or_default());
        }
        Ok(Tensor::from_vec(values, (self.picks.len(), width), clip.device())?)
    }

    /// Pixels of these rows `[R, 3, H, W]`; what was not made ahead of time is made now.
    fn pixels(&self, rows: &[usize]) -> Result<Tensor> {
        let (height, width) = self.loader.transform().size();
        let length = 3 * height * width;
        let absent: Vec<&Pick> = rows.iter().filter(|r| !self.ahead.contains_key(r)).map(|&r| &self.picks[r]).collect();
        let made = self.loader.render(&absent)?;
        let mut made = made.chunks_exact(length.max(1));
        let mut pixels = Vec::with_capacity(rows.len() * length);
        for row in rows {
            let part = self.ahead.get(row).map(Vec::as_slice).or_else(|| made.next());
            pixels.extend_from_slice(part.unwrap_or_default());
        }
        Ok(Tensor::from_vec(pixels, (rows.len(), 3, height, width), self.loader.device())?)
    }
}
