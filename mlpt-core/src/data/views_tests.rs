#![allow(clippy::unwrap_used)]
//! Fixed views: which are shown, what is decoded and encoded for them, and what a resumed run knows.

use super::*;
use crate::clip::{FrozenClip, ModelSource};
use crate::data::transform::{Augment, Filter};
use crate::rng::RngTree;
use candle_core::{Device, Tensor};
use image::{Rgb, RgbImage};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Default)]
struct Store {
    loads: AtomicUsize,
}

impl ImageStore for Store {
    fn load(&self, key: &str) -> crate::Result<RgbImage> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let n: u32 = key.parse().unwrap();
        Ok(RgbImage::from_fn(40, 33, |x, y| Rgb([(n * 57 + x * y) as u8, (x * 6) as u8, (y * (n + 3)) as u8])))
    }
}

struct World {
    store: Arc<Store>,
    items: Vec<Item>,
    clip: FrozenClip,
    loader: Loader,
    bank: Arc<ViewBank>,
}

const IMAGES: usize = 6;
const VIEWS: usize = 2;

fn world(workers: usize) -> World {
    let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
    let store = Arc::new(Store::default());
    let item = |n: usize| Item {
        image: ImageRef::Stored { store: store.clone(), key: n.to_string().into() },
        label: n % 3,
        domain: 0,
    };
    let items: Vec<Item> = (0..IMAGES).map(item).collect();
    let config = TransformConfig {
        size: (clip.input_size(), clip.input_size()),
        filter: Filter::Bicubic,
        random_resized_crop: true,
        random_flip: true,
        augment: Augment::default(),
        normalize: true,
        instance_norm: false,
        plain: false,
        mean: clip.mean(),
        std: clip.std(),
        scale: (0.3, 1.0),
    };
    let twice = items.iter().chain(&items).map(|item| &item.image);
    let bank = Arc::new(ViewBank::new(VIEWS, twice, RngTree::new(8)));
    let loader = Loader::new(Transform::new(config, true), workers, 0, Device::Cpu).unwrap().with_views(bank.clone());
    World { store, items, clip, loader, bank }
}

fn bits(rows: &Tensor) -> Vec<Vec<u32>> {
    let rows = rows.flatten_from(1).unwrap().to_vec2::<f32>().unwrap();
    rows.iter().map(|row| row.iter().map(|x| x.to_bits()).collect()).collect()
}

impl World {
    fn epoch(&self, epoch: usize, batch: usize) -> Batches {
        self.loader.batches(&self.items, (0..IMAGES).collect(), batch, false, &RngTree::new(4).at(epoch))
    }

    /// Features of all images in one epoch.
    fn features(&self, epoch: usize, batch: usize) -> Vec<Vec<u32>> {
        self.epoch(epoch, batch).flat_map(|b| bits(&b.unwrap().features(&self.clip).unwrap())).collect()
    }

    fn loads(&self) -> usize {
        self.store.loads.load(Ordering::SeqCst)
    }
}

#[test]
fn a_view_is_encoded_once_and_then_nothing_is_decoded() {
    for workers in [0, 2] {
        let world = world(workers);
        assert_eq!((world.bank.count(), world.bank.images()), (VIEWS, IMAGES), "an image named twice is one");
        let shown: Vec<_> = (0..24).map(|epoch| world.features(epoch, 4)).collect();
        let passes = world.clip.passes();
        assert_eq!((passes.image_rows, world.clip.spent()), ((IMAGES * VIEWS) as u64, passes));
        // Each image has exactly so many views, and is told apart from the others.
        for image in 0..IMAGES {
            let mut of_image: Vec<_> = shown.iter().map(|epoch| epoch[image].clone()).collect();
            of_image.sort();
            of_image.dedup();
            assert_eq!(of_image.len(), VIEWS, "image {image}");
        }
        let loads = world.loads();
        for epoch in 24..30 {
            world.features(epoch, 3);
        }
        assert_eq!((world.clip.passes(), world.loads()), (passes, loads), "the bank is full");
    }
}

#[test]
fn what_is_shown_hangs_on_seed_image_and_epoch_alone() {
    let whole = world(0);
    let shown: Vec<_> = (0..6).map(|epoch| whole.features(epoch, 4)).collect();
    for (workers, batch) in [(0, 1), (2, 6), (3, 5)] {
        let other = world(workers);
        // Later epochs first: what is encoded when makes no difference either.
        for epoch in (0..6).rev() {
            assert_eq!(other.features(epoch, batch), shown[epoch], "{workers} workers, batches of {batch}");
        }
    }
    // Features are those of the pixels.
    let other = world(2);
    for (epoch, shown) in shown.iter().enumerate() {
        let batch = other.epoch(epoch, IMAGES).next().unwrap().unwrap();
        let pixels = batch.images().unwrap();
        assert_eq!(pixels.dims()[0], IMAGES);
        assert_eq!(bits(&other.clip.encode_images_apart(&pixels).unwrap()), *shown);
        assert_eq!(bits(&batch.features(&other.clip).unwrap()), *shown);
        assert_eq!(bits(&batch.images().unwrap()), bits(&pixels));
    }
    assert_ne!(shown[0], shown[1]);
}

/// A mechanism with prompts in the image tower asks for pixels, when the features are all there too.
#[test]
fn pixels_are_there_whatever_is_known() {
    let (full, fresh) = (world(2), world(0));
    for epoch in 0..24 {
        full.features(epoch, 4);
    }
    for epoch in 0..3 {
        let both = full.epoch(epoch, 4).zip(fresh.epoch(epoch, 4));
        for (a, b) in both {
            let (a, b) = (a.unwrap(), b.unwrap());
            assert_eq!((&a.labels, &a.indices), (&b.labels, &b.indices));
            assert_eq!(bits(&a.images().unwrap()), bits(&b.images().unwrap()));
        }
    }
}

#[test]
fn an_image_twice_in_a_batch_is_encoded_once_a_view() {
    let world = world(0);
    let order = vec![2; 12];
    let batch = world.loader.batches(&world.items, order, 12, false, &RngTree::new(4)).next().unwrap().unwrap();
    let mut rows = bits(&batch.features(&world.clip).unwrap());
    assert_eq!(rows.len(), 12);
    rows.sort();
    rows.dedup();
    assert_eq!((rows.len(), world.clip.passes().image_rows, world.clip.passes().image), (VIEWS, VIEWS as u64, 1));
}

#[test]
fn a_resumed_run_encodes_again_and_counts_once() {
    let whole = world(0);
    let shown: Vec<_> = (0..4).map(|epoch| whole.features(epoch, 4)).collect();
    let early = world(0);
    (0..2).for_each(|epoch| drop(early.features(epoch, 4)));
    let late = world(0);
    late.bank.restore(&early.bank.encoded()).unwrap();
    assert_eq!(late.bank.encoded(), early.bank.encoded());
    for (epoch, shown) in shown.iter().enumerate().skip(2) {
        assert_eq!(late.features(epoch, 4), *shown);
    }
    let sum = |of: fn(&FrozenClip) -> crate::clip::Passes| of(&early.clip).image_rows + of(&late.clip).image_rows;
    assert_eq!(sum(FrozenClip::passes), whole.clip.passes().image_rows);
    assert_eq!(early.clip.passes().image + late.clip.passes().image, whole.clip.passes().image);
    assert!(sum(FrozenClip::spent) > whole.clip.spent().image_rows);
    assert_eq!(late.bank.encoded(), whole.bank.encoded());
    for bad in ["", "0", "zzz", "0000"] {
        let message = late.bank.restore(bad).unwrap_err().to_string();
        assert!(message.contains("DATALOADER.VIEWS"), "{bad}: {message}");
    }
}

#[test]
fn images_that_the_bank_does_not_know_are_shown_all_the_same() {
    let world = world(0);
    let strange =
        Item { image: ImageRef::Stored { store: world.store.clone(), key: "99".into() }, label: 0, domain: 0 };
    for epoch in 0..2 {
        let batches =
            world.loader.batches(std::slice::from_ref(&strange), vec![0], 1, false, &RngTree::new(4).at(epoch));
        let batch = batches.last().unwrap().unwrap();
        assert_eq!(batch.features(&world.clip).unwrap().dims(), [1, world.clip.embed_dim()]);
    }
    assert_eq!(world.clip.passes().image_rows, 2, "its features are not kept");
}
