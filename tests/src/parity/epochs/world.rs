//! The script's model, pictures and settings as this program takes them.

use super::golden::{Golden, Scenario};
use crate::parity::device::device;
use candle_core::DType;
use image::RgbImage;
use mlpt_core::clip::{ClipConfig, FrozenClip, ModelFiles, Preprocess};
use mlpt_core::config::{Config, Layers, Scope};
use mlpt_core::data::transform::Transform;
use mlpt_core::data::{ImageRef, ImageStore, Item, Loader, Stream, TrainData};
use mlpt_core::{Error, Registries, Result};
use std::sync::Arc;

/// The frozen model of random weights.
///
/// # Errors
/// When the golden file's weights do not fit its config.
pub(super) fn clip(golden: &Golden) -> Result<FrozenClip> {
    let config = ClipConfig::from_json(&golden.config.to_string())?;
    let named = golden.tensors.iter().filter_map(|(name, t)| Some((name.strip_prefix("clip/")?.to_owned(), t.clone())));
    let files = ModelFiles {
        name: "golden".to_owned(),
        digest: String::new(),
        preprocess: Preprocess::clip(config.vision_config.image_size),
        config,
        tokenizer: Some(golden.tokenizer.clone().into_bytes()),
        tensors: named.collect(),
    };
    FrozenClip::from_files(files, device(), DType::F32)
}

/// The scenario's settings on top of the trainer's own.
///
/// # Errors
/// When a key is not known or a value does not fit.
pub(super) fn config(scenario: &Scenario, registries: &Registries) -> Result<Config> {
    let words: Vec<String> = scenario.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let (trainer, others): (Vec<&String>, Vec<&String>) = words.iter().partition(|w| w.starts_with("TRAINER.NAME="));
    let layers = Layers::new(registries).overrides(&trainer);
    layers.overrides(&others).resolve()
}

/// The loader of the test transform, the pool with its given labels, and the test pictures.
pub(super) struct World {
    pub(super) data: TrainData,
    pub(super) loader: Loader,
    pub(super) test: Vec<Item>,
    pub(super) test_batch: usize,
}

impl World {
    /// The pool is the training set (`DATASET.POOL train`).
    ///
    /// # Errors
    /// When a setting does not fit.
    pub(super) fn new(golden: &Golden, registries: &Registries, config: &Config) -> Result<Self> {
        let items = items(golden, "pool", &golden.labels)?;
        // The labels of test pictures play no part.
        let test_count = golden.tensor("test")?.dim(0)?;
        let test = self::items(golden, "test", &vec![0; test_count])?;
        let loader = Loader::new(Transform::test(config)?, 0, 1 << 20, device().clone())?;
        let test_batch = config.get("DATALOADER.TEST.BATCH_SIZE")?;
        let data = TrainData::new(
            items.clone(),
            items,
            (loader.with_transform(Transform::train(config)?), loader.clone()),
            (stream(config, registries, "TRAIN_X")?, stream(config, registries, "TRAIN_U")?),
            test_batch,
        );
        Ok(Self { data, loader, test, test_batch })
    }
}

fn stream(config: &Config, registries: &Registries, name: &str) -> Result<Stream> {
    let section = format!("DATALOADER.{name}");
    let sampler = registries.samplers.get(&config.get::<String>(&format!("{section}.SAMPLER"))?)?;
    Ok(Stream {
        batch_size: config.get(&format!("{section}.BATCH_SIZE"))?,
        sampler: (sampler.factory)(&Scope::new(config, [section]))?,
    })
}

/// Pictures in memory, `[N, H, W, 3]`.
struct Pictures {
    bytes: Vec<u8>,
    height: usize,
    width: usize,
}

impl ImageStore for Pictures {
    fn load(&self, key: &str) -> Result<RgbImage> {
        let length = self.height * self.width * 3;
        let index = key.rsplit('/').next().and_then(|number| number.parse::<usize>().ok());
        let bytes = index.and_then(|i| self.bytes.get(i * length..(i + 1) * length));
        bytes
            .and_then(|bytes| RgbImage::from_raw(self.width as u32, self.height as u32, bytes.to_vec()))
            .ok_or_else(|| Error::invalid(format!("there is no picture '{key}'")))
    }
}

fn items(golden: &Golden, name: &str, labels: &[usize]) -> Result<Vec<Item>> {
    let pictures = golden.tensor(name)?;
    let (_, height, width, _) = pictures.dims4()?;
    let store: Arc<dyn ImageStore> = Arc::new(Pictures { bytes: pictures.flatten_all()?.to_vec1()?, height, width });
    let item = |(i, &label): (usize, &usize)| Item {
        image: ImageRef::Stored { store: store.clone(), key: format!("{name}/{i}").into() },
        label,
        domain: 0,
    };
    Ok(labels.iter().enumerate().map(item).collect())
}
