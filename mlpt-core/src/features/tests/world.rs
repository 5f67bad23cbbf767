//! Pictures in a folder, a store, and a model.

use crate::clip::{FrozenClip, ModelSource};
use crate::data::transform::{Augment, Filter};
use crate::data::{ImageRef, Item, Loader, Transform, TransformConfig};
use crate::features::FeatureStore;
use candle_core::Device;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub(super) struct World {
    _dir: tempfile::TempDir,
    pub(super) images: PathBuf,
    pub(super) store: PathBuf,
    pub(super) items: Vec<Item>,
    root: Arc<Path>,
}

/// What came of asking for features.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) bits: Vec<Vec<u32>>,
    /// Images that were really encoded.
    pub(super) spent: u64,
    /// Passes and rows that are reported.
    pub(super) asked: (u64, u64),
}

pub(super) fn picture(salt: u32) -> RgbImage {
    RgbImage::from_fn(21, 18, |x, y| Rgb([(x * 9 + salt * 31) as u8, (y * 11) as u8, (x * y + salt * 5) as u8]))
}

pub(super) fn transform(clip: &FrozenClip) -> TransformConfig {
    TransformConfig {
        size: (clip.input_size(), clip.input_size()),
        filter: Filter::Bicubic,
        random_resized_crop: false,
        random_flip: false,
        augment: Augment::default(),
        normalize: true,
        instance_norm: false,
        plain: false,
        mean: clip.mean(),
        std: clip.std(),
        scale: (1.0, 1.0),
    }
}

impl World {
    /// So many pictures, an hour old.
    pub(super) fn new(count: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (images, store) = (dir.path().join("images"), dir.path().join("a/store"));
        std::fs::create_dir(&images).unwrap();
        let root: Arc<Path> = Arc::from(images.as_path());
        let mut world = Self { _dir: dir, images, store, items: Vec::new(), root };
        for i in 0..count {
            let name = format!("{i}.png");
            std::fs::write(world.images.join(&name), world.bytes(i)).unwrap();
            world.age(&world.images.join(&name), 3600);
            world.items.push(world.item(&name));
        }
        world
    }

    pub(super) fn item(&self, name: &str) -> Item {
        Item { image: ImageRef::File { root: self.root.clone(), relative: name.into() }, label: 0, domain: 0 }
    }

    /// A file of always the same size.
    pub(super) fn bytes(&self, salt: u32) -> Vec<u8> {
        use image::codecs::png::{CompressionType, FilterType, PngEncoder};
        let mut bytes = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Uncompressed, FilterType::NoFilter);
        encoder.write_image(picture(salt).as_raw(), 21, 18, ExtendedColorType::Rgb8).unwrap();
        bytes
    }

    /// Makes a file so many seconds old.
    pub(super) fn age(&self, path: &Path, seconds: u64) {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
    }

    /// Empties the store by hand.
    pub(super) fn forget(&self) {
        std::fs::remove_dir_all(&self.store).unwrap();
    }

    pub(super) fn clip() -> FrozenClip {
        FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap()
    }

    pub(super) fn loader(&self, store: bool) -> Loader {
        let transform = Transform::new(transform(&Self::clip()), false);
        let loader = Loader::new(transform, 2, 1 << 20, Device::Cpu).unwrap();
        if store { loader.with_store(Arc::new(FeatureStore::new(&self.store))) } else { loader }
    }

    /// A process of its own: nothing is in memory yet.
    pub(super) fn ask(&self, range: Range<usize>) -> Told {
        self.ask_with(&self.loader(true), range)
    }

    pub(super) fn ask_with(&self, loader: &Loader, range: Range<usize>) -> Told {
        let clip = Self::clip();
        let rows = loader.features(&clip, &self.items[range], 2).unwrap().to_vec2::<f32>().unwrap();
        let bits = rows.iter().map(|row| row.iter().map(|x| x.to_bits()).collect()).collect();
        let passes = clip.passes();
        Told { bits, spent: clip.spent().image_rows, asked: (passes.image, passes.image_rows) }
    }

    /// All of them, without a store.
    pub(super) fn ask_without(&self) -> Vec<Vec<u32>> {
        self.ask_with(&self.loader(false), 0..self.items.len()).bits
    }
}
