//! Everything that a run needs, made from its settings.

use super::detection::Truth;
use super::draw::{Draw, Source, given};
use super::names::{Names, chosen, scope};
use super::scoring::{ClipFeatures, ImageSet};
use super::{BuildContext, Trainer, model};
use crate::clip::FrozenClip;
use crate::config::{Config, Scope};
use crate::data::noise::FeatureSource;
use crate::data::transform::Transform;
use crate::data::{Item, Loader, Manifest, Splits, Stream, Subsample, TrainData};
use crate::event::Events;
use crate::features::FeatureStore;
use crate::registries::DatasetContext;
use crate::rng::RngTree;
use crate::{Error, Registries, Result};
use candle_core::{Device, Tensor};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More views of an image than this are as good as fresh ones.
const MOST_VIEWS: usize = 1000;

/// Model, splits and trainer.
pub(super) struct Job {
    pub(super) config: Config,
    pub(super) names: Names,
    pub(super) seed: u64,
    pub(super) rng: RngTree,
    pub(super) device: Device,
    pub(super) clip: FrozenClip,
    pub(super) splits: Splits,
    pub(super) loader: Loader,
    pub(super) test_batch: usize,
    /// Normalised zero-shot text features `[C, E]`.
    pub(super) class_features: Tensor,
    pub(super) trainer: Box<dyn Trainer>,
}

impl Job {
    /// Loads the model and the data set and builds the trainer. `config` has its seed.
    ///
    /// # Errors
    /// When anything that is asked for is not there.
    pub(super) fn build(
        config: Config,
        names: Names,
        seed: u64,
        registries: &Registries,
        events: &mut Events,
    ) -> Result<Self> {
        // A run must not come to its end before this is found out.
        one_of(&config, "TEST.SPLIT", ["test", "val"])?;
        one_of(&config, "TEST.FINAL_MODEL", ["last_step", "best_val"])?;
        let splits = load_splits(&config, registries, &RngTree::new(seed), &mut |text| events.warn(text))?;
        Self::with(config, names, seed, splits, registries, events)
    }

    /// The same for images and classes that are known.
    ///
    /// # Errors
    /// As there.
    pub(super) fn with(
        mut config: Config,
        names: Names,
        seed: u64,
        splits: Splits,
        registries: &Registries,
        events: &mut Events,
    ) -> Result<Self> {
        let rng = RngTree::new(seed);
        let (clip, device) = model::load(&config, events)?;
        model::fit_input(&mut config, &clip, events)?;
        let test_batch = positive(&config, "DATALOADER.TEST.BATCH_SIZE")?;
        let cache = config.get::<usize>("DATALOADER.CACHE_MB")?.saturating_mul(1 << 20);
        let workers = config.get("DATALOADER.NUM_WORKERS")?;
        let mut loader = Loader::new(Transform::test(&config)?, workers, cache, device.clone())?;
        if let Some(store) = FeatureStore::read(&config)? {
            loader = loader.with_store(Arc::new(store));
        }
        let class_features = ClipFeatures {
            clip: &clip,
            loader: &loader,
            batch: test_batch,
            class_names: &splits.class_names,
            template: &splits.template,
        }
        .class_features()?;
        let context = BuildContext {
            config: &config,
            registries,
            clip: &clip,
            class_names: &splits.class_names,
            template: &splits.template,
            rng: rng.child("init"),
        };
        let trainer = (registries.trainers.get(&names.trainer)?.factory)(&context)?;
        Ok(Self { config, names, seed, rng, device, clip, splits, loader, test_batch, class_features, trainer })
    }

    /// The images of `TEST.SPLIT`.
    ///
    /// # Errors
    /// When there are none.
    pub(super) fn test_set(&self, val: &[Item]) -> Result<(String, ImageSet)> {
        let split: String = self.config.get("TEST.SPLIT")?;
        let items = match split.as_str() {
            "val" => val.to_vec(),
            _ => self.splits.test.clone(),
        };
        if items.is_empty() {
            return Err(Error::invalid(format!("the data set {} has no {split} images", self.names.dataset)));
        }
        Ok((split, self.images(items)))
    }

    /// `items` under the test transform.
    pub(super) fn images(&self, items: Vec<Item>) -> ImageSet {
        ImageSet::new(items, self.loader.clone(), self.test_batch)
    }
}

/// The data of a run.
pub(super) struct JobData {
    pub(super) train: TrainData,
    pub(super) val: Vec<Item>,
    /// Given and true labels of the training items.
    pub(super) noise: Manifest,
    /// The same of the pool, where it is another thing.
    pub(super) pool: Option<Manifest>,
    /// What detection is scored against.
    pub(super) truth: Truth,
    /// The text of `draw.json`.
    pub(super) draw: String,
    /// The file in `DATASET.DRAWS` that is to hold the same.
    pub(super) share: Option<PathBuf>,
}

impl JobData {
    /// Draws, spoils and loads; `kept` is the draw of the run that is gone on with.
    ///
    /// # Errors
    /// As [`Source::draw`], and where a sampler is not known.
    pub(super) fn build(job: &Job, registries: &Registries, kept: Option<&Path>, events: &mut Events) -> Result<Self> {
        let config = &job.config;
        if job.splits.train.is_empty() && job.trainer.trains() {
            return Err(Error::invalid(format!(
                "{0} has test images only, and {1} wants to train: train on another data set and evaluate that run here \
                 (`mlpt eval RUN --dataset {0}`), or split these images with DATASET.SPLIT_TEST=true",
                job.names.dataset, job.names.trainer
            )));
        }
        let entry = chosen(config, "NOISE.NAME", "--noise", &registries.noises)?;
        let model = (entry.factory)(&scope(config, entry))?;
        let features = ClipFeatures {
            clip: &job.clip,
            loader: &job.loader,
            batch: job.test_batch,
            class_names: &job.splits.class_names,
            template: &job.splits.template,
        };
        let source = Source {
            config,
            seed: job.seed,
            dataset: &job.names.dataset,
            splits: &job.splits,
            noise: entry,
            model: &*model,
            features: &features,
            model_digest: job.clip.digest(),
            rng: &job.rng,
        };
        let Draw { drawn, text, share } = source.draw(kept, events)?;
        let noise = Manifest::new(&drawn.train);
        let pool = drawn.pool.as_deref().map(Manifest::new);
        // The key belongs to trainers that divide the pool; half is what others mean.
        let threshold = match config.resolved("WARMUP.THRESHOLD") {
            Ok(_) => config.get("WARMUP.THRESHOLD")?,
            Err(_) => 0.5,
        };
        let truth = Truth::new(pool.as_ref().unwrap_or(&noise), threshold);
        let items = given(&drawn.train);
        let pool_items = drawn.pool.as_deref().map_or_else(|| items.clone(), given);
        let train_u = if config.get("DATALOADER.TRAIN_U.SAME_AS_X")? { "TRAIN_X" } else { "TRAIN_U" };
        let train = TrainData::new(
            items,
            pool_items,
            (job.loader.with_transform(Transform::train(config)?), job.loader.clone()),
            (stream(config, registries, "TRAIN_X")?, stream(config, registries, train_u)?),
            job.test_batch,
        )
        .with_views(views(config)?, job.rng.child("views"));
        Ok(Self { train, val: drawn.val, noise, pool, truth, draw: text, share })
    }
}

fn one_of(config: &Config, path: &str, [a, b]: [&str; 2]) -> Result<()> {
    match config.get::<String>(path)? {
        name if name == a || name == b => Ok(()),
        other => Err(Error::Config(vec![format!("{path} is '{other}': it can be `{a}` or `{b}`")])),
    }
}

/// The data set of the settings: its classes, with `DATALOADER.SKIP_BROKEN` without what cannot be read,
/// with `DATASET.SPLIT_TEST` divided where it only tests, and with `DATASET.TRAIN_ON_ALL` all for training. `warn` is told what was left out.
///
/// # Errors
/// When there is no such set, its data is not there, or its names or template cannot be used.
pub fn load_splits(
    config: &Config,
    registries: &Registries,
    rng: &RngTree,
    warn: &mut dyn FnMut(String),
) -> Result<Splits> {
    let entry = chosen(config, "DATASET.NAME", "--dataset", &registries.datasets)?;
    let context = DatasetContext {
        root: config.get::<String>("DATASET.ROOT")?.into(),
        rng: rng.child("dataset"),
        scope: scope(config, entry),
    };
    // Before the data are read.
    let subsample = Subsample::read(config)?;
    let mut splits = (entry.factory)(&context)?.subsample(subsample);
    if let Some(template) = config.get::<Option<String>>("DATASET.TEMPLATE")? {
        splits.template = template;
    }
    if !splits.template.contains("{}") {
        let message = format!("the prompt template '{}' has no {{}} for the class name", splits.template);
        return Err(Error::Config(vec![message]));
    }
    if splits.class_names.len() < 2 {
        let part = match subsample {
            Subsample::All => String::new(),
            part => format!(" with DATASET.SUBSAMPLE_CLASSES {part}"),
        };
        let message =
            format!("the data set {} has {} class(es){part}; 2 are the least", entry.name, splits.class_names.len());
        return Err(Error::invalid(message));
    }
    if let Some(label) = splits.class_names.iter().position(|name| name.trim().is_empty()) {
        let message = format!("the data set {}: class {label} has no name, so no prompt can speak of it", entry.name);
        return Err(Error::invalid(message));
    }
    if config.get("DATALOADER.SKIP_BROKEN")? {
        skip_broken(&mut splits, warn)?;
    }
    if splits.train.is_empty() && config.get("DATASET.SPLIT_TEST")? {
        // Not the run's seed: runs that differ in it share their test images.
        splits.split_test(&RngTree::new(1).child("split-test"))?;
    }
    if config.get("DATASET.TRAIN_ON_ALL")? {
        if !config.get::<bool>("TEST.NO_TEST")? {
            let message = "DATASET.TRAIN_ON_ALL leaves no image to test on: set TEST.NO_TEST=true, too";
            return Err(Error::Config(vec![message.to_owned()]));
        }
        let Splits { train, val, test, .. } = &mut splits;
        train.append(val);
        train.append(test);
    }
    Ok(splits)
}

/// Takes images out that cannot be read, and says so.
fn skip_broken(splits: &mut Splits, warn: &mut dyn FnMut(String)) -> Result<()> {
    let gone = splits.drop_broken();
    for broken in &gone {
        warn(format!("Skipped: {}", broken.reason.trim_end_matches("; replace it or remove it")));
    }
    if !gone.is_empty() {
        let images = if gone.len() == 1 { "1 image".to_owned() } else { format!("{} images", gone.len()) };
        warn(format!("Skipped {images} that cannot be read (DATALOADER.SKIP_BROKEN)"));
    }
    match splits.train.is_empty() && splits.test.is_empty() {
        true => Err(Error::invalid("no image of the data set can be read")),
        false => Ok(()),
    }
}

fn stream(config: &Config, registries: &Registries, name: &str) -> Result<Stream> {
    let section = format!("DATALOADER.{name}");
    let sampler = registries.samplers.get(&config.get::<String>(&format!("{section}.SAMPLER"))?)?;
    Ok(Stream {
        batch_size: positive(config, &format!("{section}.BATCH_SIZE"))?,
        sampler: (sampler.factory)(&Scope::new(config, [section]))?,
    })
}

/// `DATALOADER.VIEWS`.
fn views(config: &Config) -> Result<usize> {
    match config.get("DATALOADER.VIEWS")? {
        n if n > MOST_VIEWS => {
            let message = format!("DATALOADER.VIEWS is {n}: at most {MOST_VIEWS}; 0 draws every view afresh");
            Err(Error::Config(vec![message]))
        }
        n => Ok(n),
    }
}

fn positive(config: &Config, path: &str) -> Result<usize> {
    match config.get(path)? {
        0 => Err(Error::Config(vec![format!("{path} is 0: it must be at least 1")])),
        n => Ok(n),
    }
}
