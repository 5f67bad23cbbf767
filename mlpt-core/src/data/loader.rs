//! From items to batches of pixels, on threads of its own.

use crate::Result;
use crate::clip::FrozenClip;
use crate::data::Item;
use crate::rng::RngTree;
use candle_core::Tensor;

/// One batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Normalised pixels `[B, 3, H, W]`, f32, on the run's device.
    pub images: Tensor,
    /// Given labels, `B` of them.
    pub labels: Vec<usize>,
    /// Positions in the list of items that the loader was given.
    pub indices: Vec<usize>,
}

/// Decodes, transforms and stacks images.
#[derive(Clone, Debug)]
pub struct Loader {}

/// The batches of one pass, made ahead of time.
pub struct Batches {}

impl Loader {
    /// The batches of `items[order[0]], items[order[1]], ...`, transformed with draws that are
    /// keyed by `rng.at(position)`. The last batch is dropped where it is short and `drop_last`
    /// is set and it is not the only one.
    pub fn batches(
        &self,
        _items: &[Item],
        _order: Vec<usize>,
        _batch_size: usize,
        _drop_last: bool,
        _rng: &RngTree,
    ) -> Batches {
        Batches {}
    }

    /// Unnormalised features `[N, E]` of the items, in order, by the frozen image tower.
    ///
    /// # Errors
    /// When an image cannot be read.
    pub fn features(&self, _clip: &FrozenClip, _items: &[Item], _batch_size: usize) -> Result<Tensor> {
        Err(crate::Error::invalid("stub"))
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;
    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}
