//! What a trainer may see of the data.

use crate::Result;
use crate::clip::FrozenClip;
use crate::data::{Batches, Item, Loader, SampleMeta, Sampler, ViewBank};
use crate::rng::RngTree;
use candle_core::Tensor;
use std::sync::{Arc, Mutex};

/// A sampler with its batch size.
pub struct Stream {
    /// Order of an epoch.
    pub sampler: Box<dyn Sampler>,
    /// Images a batch.
    pub batch_size: usize,
}

/// Items with given labels, ready to be loaded. No true label and no test item is in here.
pub struct TrainData {
    /// The few-shot (or full) training items.
    pub train: Vec<Item>,
    /// The items that MLPT's mixture sees; the training items themselves with `DATASET.POOL train`.
    pub pool: Vec<Item>,
    /// Loader with the training transform.
    pub train_loader: Loader,
    /// Loader with the test transform.
    pub test_loader: Loader,
    /// `DATALOADER.TRAIN_X`.
    pub train_x: Stream,
    /// `DATALOADER.TRAIN_U`.
    pub train_u: Stream,
    /// Batch size of `DATALOADER.TEST`.
    pub test_batch: usize,
    views: Option<Arc<ViewBank>>,
    pool_features: Mutex<Option<Tensor>>,
}

impl TrainData {
    /// Puts the parts together.
    pub fn new(
        train: Vec<Item>,
        pool: Vec<Item>,
        loaders: (Loader, Loader),
        streams: (Stream, Stream),
        test_batch: usize,
    ) -> Self {
        let (train_loader, test_loader) = loaders;
        let (train_x, train_u) = streams;
        let (views, pool_features) = (None, Mutex::default());
        Self { train, pool, train_loader, test_loader, train_x, train_u, test_batch, views, pool_features }
    }

    /// The same data, each image in `count` fixed views that are drawn from `rng` (`DATALOADER.VIEWS`); 0 changes
    /// nothing.
    pub fn with_views(mut self, count: usize, rng: RngTree) -> Self {
        if count > 0 {
            let images = self.train.iter().chain(&self.pool).map(|item| &item.image);
            let views = Arc::new(ViewBank::new(count, images, rng));
            self.train_loader = self.train_loader.with_views(views.clone());
            self.views = Some(views);
        }
        self
    }

    /// The fixed views, where there are any.
    pub fn views(&self) -> Option<&ViewBank> {
        self.views.as_deref()
    }

    /// Batches of some of `items` under the training transform, in the order that the stream's
    /// sampler gives. `chosen` are positions in `items`; [`Batch::indices`](super::Batch) are too.
    ///
    /// # Errors
    /// When the sampler's conditions are not met, such as an empty choice.
    pub fn train_batches(&self, items: &[Item], chosen: &[usize], stream: &Stream, rng: &RngTree) -> Result<Batches> {
        let order = Self::order(items, chosen, stream, rng)?;
        Ok(self.view(items, order, stream, &rng.child("aug")))
    }

    /// `count` views of the same batches: the same images in the same order, each view under draws of
    /// its own. The first view is what [`TrainData::train_batches`] gives.
    ///
    /// # Errors
    /// As there.
    pub fn train_views(
        &self,
        items: &[Item],
        chosen: &[usize],
        stream: &Stream,
        rng: &RngTree,
        count: usize,
    ) -> Result<Vec<Batches>> {
        let (order, aug) = (Self::order(items, chosen, stream, rng)?, rng.child("aug"));
        let draws = |view: usize| if view == 0 { aug.clone() } else { aug.child("view").at(view) };
        Ok((0..count).map(|view| self.view(items, order.clone(), stream, &draws(view))).collect())
    }

    /// How many images an epoch of the items `chosen` shows, before a short last batch is dropped.
    ///
    /// # Errors
    /// As [`TrainData::train_batches`].
    pub fn epoch_length(&self, items: &[Item], chosen: &[usize], stream: &Stream) -> Result<usize> {
        // The draws change who is shown, not how many.
        Ok(Self::order(items, chosen, stream, &RngTree::new(0))?.len())
    }

    fn order(items: &[Item], chosen: &[usize], stream: &Stream, rng: &RngTree) -> Result<Vec<usize>> {
        let labels: Vec<usize> = chosen.iter().map(|&i| items[i].label).collect();
        let domains: Vec<usize> = chosen.iter().map(|&i| items[i].domain).collect();
        let meta = SampleMeta { labels: &labels, domains: &domains };
        let order = stream.sampler.epoch(meta, stream.batch_size, &mut rng.child("order").rng())?;
        Ok(order.into_iter().map(|i| chosen[i]).collect())
    }

    fn view(&self, items: &[Item], order: Vec<usize>, stream: &Stream, aug: &RngTree) -> Batches {
        // The published rule: a short last batch is dropped when there is a full one.
        let drop_last = order.len() >= stream.batch_size;
        self.train_loader.batches(items, order, stream.batch_size, drop_last, aug)
    }

    /// Whether the pool's features have been encoded.
    pub fn has_pool_features(&self) -> bool {
        self.pool_features.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_some()
    }

    /// Unnormalised features `[N, E]` of the pool under the test transform: encoded once per run.
    ///
    /// # Errors
    /// When an image cannot be read.
    pub fn pool_features(&self, clip: &FrozenClip) -> Result<Tensor> {
        let mut kept = self.pool_features.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(features) = &*kept {
            return Ok(features.clone());
        }
        let features = self.test_loader.features(clip, &self.pool, self.test_batch)?;
        *kept = Some(features.clone());
        Ok(features)
    }
}
