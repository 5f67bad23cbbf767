//! From items to batches of pixels, on threads of its own.

use super::Batch;
use super::broken::decode;
use super::cache::ImageCache;
use super::shown::Shown;
use super::transform::Transform;
use super::views::{Slot, ViewBank};
use crate::clip::FrozenClip;
use crate::data::{ImageRef, Item};
use crate::features::{self, FeatureStore, Stamp};
use crate::rng::RngTree;
use crate::{Error, Result};
use candle_core::{Device, Tensor};
use image::RgbImage;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

/// Decodes, transforms and stacks images. Clones share threads and cache.
#[derive(Clone, Debug)]
pub struct Loader {
    transform: Arc<Transform>,
    /// `None`: everything happens on the caller's thread.
    pool: Option<Arc<rayon::ThreadPool>>,
    cache: Arc<ImageCache>,
    device: Device,
    /// Where features are kept.
    store: Option<Arc<FeatureStore>>,
    /// Where every image has a few fixed views.
    views: Option<Arc<ViewBank>>,
}

impl Loader {
    /// A loader with `workers` threads (0: it decodes on the caller's thread, when a batch is
    /// asked for) that keeps at most `cache_bytes` of decoded pictures and puts batches on `device`.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(transform: Transform, workers: usize, cache_bytes: usize, device: Device) -> Result<Self> {
        let pool = match workers {
            0 => None,
            n => Some(Arc::new(
                rayon::ThreadPoolBuilder::new()
                    .num_threads(n)
                    .thread_name(|i| format!("loader-{i}"))
                    .build()
                    .map_err(|e| Error::invalid(format!("cannot start {n} threads to load images: {e}")))?,
            )),
        };
        let cache = Arc::new(ImageCache::new(cache_bytes));
        Ok(Self { transform: Arc::new(transform), pool, cache, device, store: None, views: None })
    }

    /// The same loader, with the features that [`Loader::features`] gives kept in `store` and read there.
    pub fn with_store(self, store: Arc<FeatureStore>) -> Self {
        Self { store: Some(store), ..self }
    }

    /// The same loader, with batches that show fixed views.
    pub fn with_views(self, views: Arc<ViewBank>) -> Self {
        Self { views: Some(views), ..self }
    }

    /// A loader with another transform and the same threads and cache.
    pub fn with_transform(&self, transform: Transform) -> Self {
        Self { transform: Arc::new(transform), ..self.clone() }
    }

    /// The transform.
    pub fn transform(&self) -> &Transform {
        &self.transform
    }

    /// The batches of `items[order[0]], items[order[1]], ...`, transformed with draws that are
    /// keyed by `rng.at(position)`, position being that in `items`; where an item is shown again,
    /// the n-th repeat draws from `rng.at(position).at(n)`. So the batches do not depend on the
    /// number of threads. The last batch is dropped where it is short and `drop_last` is set and
    /// it is not the only one.
    pub fn batches(
        &self,
        items: &[Item],
        order: Vec<usize>,
        batch_size: usize,
        drop_last: bool,
        rng: &RngTree,
    ) -> Batches {
        let batch_size = batch_size.max(1);
        let full = order.len() / batch_size;
        let count = if drop_last && full > 0 { full } else { order.len().div_ceil(batch_size) };
        let mut shown: HashMap<usize, usize> = HashMap::new();
        let picks: Vec<Pick> = order
            .into_iter()
            .take(count * batch_size)
            .map(|index| {
                let repeat = shown.entry(index).or_default();
                let key = if *repeat == 0 { rng.at(index) } else { rng.at(index).at(*repeat) };
                *repeat += 1;
                let item = items[index].clone();
                let (key, slot) = match &self.views {
                    Some(bank) => bank.choose(&item.image, &key),
                    None => (key, None),
                };
                Pick { index, item, key, slot }
            })
            .collect();
        let maker = Maker { loader: self.clone(), picks, batch_size };
        let source = if self.pool.is_some() { Source::ahead(maker) } else { Source::Inline(maker) };
        Batches { source, count, next: 0, loader: self.clone() }
    }

    /// Unnormalised features `[N, E]` of the items, in order, by the frozen image tower; with a store, what it has of
    /// them is not encoded again. A row's bits hang on its image alone, so that they are the same with a store and
    /// without. `ceil(N / batch_size)` passes are counted in every case; [`FrozenClip::spent`] tells those that were
    /// made.
    ///
    /// # Errors
    /// When there are no items, or an image cannot be read.
    pub fn features(&self, clip: &FrozenClip, items: &[Item], batch_size: usize) -> Result<Tensor> {
        if items.is_empty() {
            return Err(no_images());
        }
        let features = match self.store.as_ref().filter(|_| self.transform.test_settings().is_some()) {
            Some(store) => features::features(store, self, clip, items, batch_size)?,
            None => self.encode_apart(clip, items, batch_size)?,
        };
        clip.count_images(items.len().div_ceil(batch_size.max(1)), items.len());
        Ok(features)
    }

    /// The same without a look into the store, and without counting.
    pub(crate) fn encode_apart(&self, clip: &FrozenClip, items: &[Item], batch_size: usize) -> Result<Tensor> {
        let at_once = batch_size.max(1).next_multiple_of(clip.group());
        self.map_batches(items, at_once, |pixels| clip.encode_images_apart(pixels))
    }

    /// What `encode` makes of the items' pixels `[B, 3, H, W]`, batch by batch in order, joined
    /// along the first dimension.
    ///
    /// # Errors
    /// When there are no items, an image cannot be read, or `encode` fails.
    pub fn map_batches(
        &self,
        items: &[Item],
        batch_size: usize,
        mut encode: impl FnMut(&Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        if items.is_empty() {
            return Err(no_images());
        }
        let rng = RngTree::new(0);
        let batches = self.batches(items, (0..items.len()).collect(), batch_size, false, &rng);
        let parts = batches.map(|batch| encode(&batch?.images()?)).collect::<Result<Vec<_>>>()?;
        Ok(Tensor::cat(&parts, 0)?)
    }

    fn picture(&self, image: &ImageRef) -> Result<Arc<RgbImage>> {
        if let Some(kept) = self.cache.get(image) {
            return Ok(kept);
        }
        let stamp = Stamp::of(image);
        let picture = Arc::new(decode(image)?);
        self.cache.put(image, &picture, stamp);
        Ok(picture)
    }

    /// The stamp of the file that a decoded picture in memory came from; `None` where none is in memory.
    pub(crate) fn held_stamp(&self, image: &ImageRef) -> Option<Option<Stamp>> {
        self.cache.stamp(image)
    }

    /// The device of the batches.
    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// Pixels of `picks`, one behind the other.
    pub(super) fn render(&self, picks: &[&Pick]) -> Result<Vec<f32>> {
        let (height, width) = self.transform.size();
        let length = 3 * height * width;
        let mut pixels = vec![0.0; picks.len() * length];
        let one = |(pick, out): (&&Pick, &mut [f32])| -> Result<()> {
            let picture = self.picture(&pick.item.image)?;
            self.transform.apply_into(&picture, &mut pick.key.rng(), out);
            Ok(())
        };
        match &self.pool {
            // The first fault in the batch's order is told, whichever thread came across one first.
            Some(pool) => pool
                .install(|| picks.par_iter().zip(pixels.par_chunks_exact_mut(length)).map(one).collect::<Vec<_>>())
                .into_iter()
                .collect::<Result<()>>()?,
            None => picks.iter().zip(pixels.chunks_exact_mut(length)).try_for_each(one)?,
        }
        Ok(pixels)
    }
}

fn no_images() -> Error {
    Error::invalid("there are no images to encode")
}

/// One image to show.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    index: usize,
    item: Item,
    key: RngTree,
    /// Where the features of this view are kept.
    pub(super) slot: Option<Slot>,
}

/// A batch that is not yet a tensor: devices are only touched from the caller's thread.
struct Raw {
    picks: Vec<Pick>,
    /// Which of them have pixels: all, but with fixed views.
    made: Vec<usize>,
    pixels: Vec<f32>,
}

/// Makes the batches of one pass.
struct Maker {
    loader: Loader,
    picks: Vec<Pick>,
    batch_size: usize,
}

impl Maker {
    fn make(&self, picks: &[Pick]) -> Result<Raw> {
        let is_wanted = |pick: &Pick| match &self.loader.views {
            Some(bank) => bank.wants_pixels() || pick.slot.is_none_or(|slot| !bank.has(slot)),
            None => true,
        };
        let made: Vec<usize> = (0..picks.len()).filter(|&row| is_wanted(&picks[row])).collect();
        let pixels = self.loader.render(&made.iter().map(|&row| &picks[row]).collect::<Vec<_>>())?;
        Ok(Raw { picks: picks.to_vec(), made, pixels })
    }

    fn nth(&self, n: usize) -> Result<Raw> {
        let end = self.picks.len().min((n + 1) * self.batch_size);
        self.make(&self.picks[n * self.batch_size..end])
    }
}

enum Source {
    Inline(Maker),
    Ahead { batches: Option<Receiver<Result<Raw>>>, stop: Arc<AtomicBool>, thread: Option<JoinHandle<()>> },
}

impl Source {
    /// One batch waits, one is being made: memory is bounded by three batches, the caller's included.
    fn ahead(maker: Maker) -> Self {
        let (send, batches) = sync_channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let asked = stop.clone();
        let thread = std::thread::spawn(move || {
            for picks in maker.picks.chunks(maker.batch_size) {
                if asked.load(Ordering::Relaxed) || send.send(maker.make(picks)).is_err() {
                    return;
                }
            }
        });
        Source::Ahead { batches: Some(batches), stop, thread: Some(thread) }
    }
}

/// The batches of one pass, made ahead of time. Dropping it early stops the work.
pub struct Batches {
    source: Source,
    count: usize,
    next: usize,
    loader: Loader,
}

impl Batches {
    fn stack(&self, raw: Raw) -> Result<Batch> {
        let Raw { picks, made, pixels } = raw;
        let labels = picks.iter().map(|p| p.item.label).collect();
        let indices = picks.iter().map(|p| p.index).collect();
        if let Some(bank) = &self.loader.views {
            let shown = Shown::new(self.loader.clone(), bank.clone(), picks, (&made, &pixels));
            return Ok(Batch::of_views(shown, labels, indices));
        }
        let (height, width) = self.loader.transform.size();
        let images = Tensor::from_vec(pixels, (picks.len(), 3, height, width), &self.loader.device)?;
        Ok(Batch::of_pixels(images, labels, indices))
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.count {
            return None;
        }
        let raw = match &self.source {
            Source::Inline(maker) => maker.nth(self.next),
            // The thread sends every batch unless it died.
            Source::Ahead { batches, .. } => batches
                .as_ref()
                .and_then(|b| b.recv().ok())
                .unwrap_or_else(|| Err(Error::invalid("the loader's thread stopped before its last batch"))),
        };
        let batch = raw.and_then(|raw| self.stack(raw));
        // After a fault there is nothing to go on with.
        self.next = if batch.is_ok() { self.next + 1 } else { self.count };
        Some(batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count - self.next, Some(self.count - self.next))
    }
}

/// The number of batches left.
impl ExactSizeIterator for Batches {}

impl Drop for Batches {
    fn drop(&mut self) {
        if let Source::Ahead { batches, stop, thread } = &mut self.source {
            stop.store(true, Ordering::Relaxed);
            // A thread that waits for room in the channel wakes up when its other end is gone.
            drop(batches.take());
            if let Some(thread) = thread.take() {
                // Its panic was told to whoever asked for the batch.
                let _ = thread.join();
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::data::ImageStore;
    use crate::data::transform::{Augment, Filter, TransformConfig};
    use std::sync::atomic::AtomicUsize;

    /// Noise pictures whose seed is their key; `bad` is none.
    #[derive(Default)]
    struct Store {
        loads: AtomicUsize,
    }

    impl ImageStore for Store {
        fn load(&self, key: &str) -> Result<RgbImage> {
            self.loads.fetch_add(1, Ordering::SeqCst);
            match key {
                "bad" => Err(Error::data(key, "broken")),
                "panic" => panic!("a decoder's own fault"),
                _ => {
                    let n: u32 = key.parse().unwrap();
                    Ok(RgbImage::from_fn(20, 16, |x, y| image::Rgb([(n * 7 + x * y) as u8, x as u8, (y * n) as u8])))
                }
            }
        }
    }

    fn loader(workers: usize, cache: usize) -> Loader {
        let config = TransformConfig {
            size: (8, 8),
            filter: Filter::Bicubic,
            random_resized_crop: true,
            random_flip: true,
            augment: Augment::default(),
            normalize: false,
            instance_norm: false,
            plain: false,
            mean: [0.0; 3],
            std: [1.0; 3],
            scale: (0.08, 1.0),
        };
        Loader::new(Transform::new(config, true), workers, cache, Device::Cpu).unwrap()
    }

    fn items(store: &Arc<Store>, keys: &[&str]) -> Vec<Item> {
        let item = |(label, key): (usize, &&str)| Item {
            image: ImageRef::Stored { store: store.clone(), key: Arc::from(*key) },
            label,
            domain: 0,
        };
        keys.iter().enumerate().map(item).collect()
    }

    fn ten(store: &Arc<Store>) -> Vec<Item> {
        items(store, &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    }

    fn all(batches: Batches) -> Vec<(Vec<usize>, Vec<f32>)> {
        batches
            .map(|b| b.unwrap())
            .map(|b| (b.indices.clone(), b.images().unwrap().flatten_all().unwrap().to_vec1().unwrap()))
            .collect()
    }

    #[test]
    fn batches_are_the_same_whatever_the_threads_and_the_cache() {
        let store = Arc::new(Store::default());
        let items = ten(&store);
        let order = vec![3, 1, 4, 1, 5, 9, 2, 6, 8, 7, 0];
        let run =
            |workers, cache| all(loader(workers, cache).batches(&items, order.clone(), 4, false, &RngTree::new(5)));
        let inline = run(0, 0);
        assert_eq!(inline.len(), 3);
        assert_eq!(inline[2].0, [8, 7, 0]);
        assert_eq!(inline, run(1, 0));
        assert_eq!(inline, run(4, 1 << 20));
        // The same picture, shown twice, is not the same view twice.
        assert_ne!(inline[0].1[192..384], inline[0].1[576..]);
        // The view of an item hangs on its position only, not on the order.
        let other = all(loader(2, 0).batches(&items, vec![7, 3], 2, false, &RngTree::new(5)));
        assert_eq!(other[0].1[192..], inline[0].1[..192]);
    }

    #[test]
    fn short_last_batches_are_dropped_when_there_is_a_full_one() {
        let store = Arc::new(Store::default());
        let items = ten(&store);
        let lengths = |n: usize, drop_last| -> Vec<usize> {
            let batches = loader(2, 0).batches(&items, (0..n).collect(), 4, drop_last, &RngTree::new(0));
            let promised = batches.len();
            let lengths: Vec<usize> = batches.map(|b| b.unwrap().labels.len()).collect();
            assert_eq!(lengths.len(), promised);
            lengths
        };
        assert_eq!(lengths(10, true), [4, 4]);
        assert_eq!(lengths(10, false), [4, 4, 2]);
        assert_eq!(lengths(3, true), [3]);
        assert_eq!(lengths(8, true), [4, 4]);
        assert!(lengths(0, true).is_empty());
    }

    #[test]
    fn the_cache_keeps_within_its_budget() {
        let store = Arc::new(Store::default());
        let items = ten(&store);
        let picture = 20 * 16 * 3;
        let loader = loader(2, 6 * picture + 1);
        for expected in [10, 14, 18] {
            all(loader.batches(&items, (0..10).collect(), 5, false, &RngTree::new(0)));
            assert_eq!(store.loads.load(Ordering::SeqCst), expected);
        }
    }

    #[test]
    fn the_first_fault_names_its_image_and_ends_the_pass() {
        for workers in [0, 3] {
            let store = Arc::new(Store::default());
            let items = items(&store, &["1", "2", "3", "bad", "panic", "4"]);
            let mut batches = loader(workers, 0).batches(&items, (0..6).collect(), 2, false, &RngTree::new(0));
            assert!(batches.next().unwrap().is_ok());
            assert!(batches.next().unwrap().unwrap_err().to_string().contains("bad"));
            assert!(batches.next().is_none());
            let mut batches = loader(workers, 0).batches(&items, vec![4], 2, false, &RngTree::new(0));
            assert!(batches.next().unwrap().unwrap_err().to_string().contains("panic: the image decoder failed"));
        }
    }

    #[test]
    fn a_dropped_pass_stops_its_work() {
        let store = Arc::new(Store::default());
        let many = ten(&store).into_iter().cycle().take(5000).collect::<Vec<_>>();
        let mut batches = loader(2, 0).batches(&many, (0..5000).collect(), 5, false, &RngTree::new(0));
        batches.next().unwrap().unwrap();
        drop(batches); // joins the thread
        let loads = store.loads.load(Ordering::SeqCst);
        // One was taken, one waited, one was being made, and one more could begin as room came.
        assert!(loads <= 20, "{loads}");
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!(store.loads.load(Ordering::SeqCst), loads);
    }

    #[test]
    fn mapped_batches_keep_the_order() {
        let store = Arc::new(Store::default());
        let items = ten(&store);
        let means = loader(2, 0).map_batches(&items, 4, |x| Ok(x.mean((2, 3))?)).unwrap();
        assert_eq!(means.dims(), [10, 3]);
        let alone = loader(0, 0).map_batches(&items[..1], 4, |x| Ok(x.mean((2, 3))?)).unwrap();
        assert_eq!(means.to_vec2::<f32>().unwrap()[0], alone.to_vec2::<f32>().unwrap()[0]);
        assert!(loader(0, 0).map_batches(&[], 4, |x| Ok(x.clone())).is_err());
    }
}
