//! A small world: a random CLIP of width 32, noise pictures of three classes, settings, a recorder.

mod pictures;
mod record;

pub use record::{Recorder, Told};

use candle_core::{DType, Device, Tensor};
use mlpt_core::clip::{ClipConfig, ClipModel, FrozenClip, ModelFiles, Preprocess, Tokenizer, tokenizer_train};
use mlpt_core::config::{Config, Origin, Schema, Scope, Value};
use mlpt_core::data::transform::Transform;
use mlpt_core::data::{Item, Loader, Stream, TrainData};
use mlpt_core::engine::{BuildContext, EpochContext, EpochReport, StopFlag, Trainer};
use mlpt_core::event::Events;
use mlpt_core::rng::RngTree;
use mlpt_core::{Registries, Result};
use std::collections::BTreeMap;

pub const EPOCHS: usize = 6;
const SIZE: usize = 32;

/// Everything that a trainer is made of and fed with.
pub struct World {
    pub clip: FrozenClip,
    /// The same weights, for the plain 77-token path.
    pub model: ClipModel,
    pub registries: Registries,
    pub config: Config,
    pub class_names: Vec<String>,
    pub data: TrainData,
}

/// Settings beside the trainer's own defaults.
pub type Set<'a> = &'a [(&'a str, Value)];

impl World {
    pub fn new(trainer: &str, set: Set<'_>) -> Self {
        Self::built(trainer, set, pictures::items(), |_| ())
    }

    /// A world in which the mixture sees `pool`, with `more` registered.
    pub fn built(trainer: &str, set: Set<'_>, pool: Vec<Item>, more: fn(&mut Registries)) -> Self {
        let (clip, model) = clip();
        let mut registries = Registries::new().unwrap();
        mlpt_trainers::register(&mut registries).unwrap();
        more(&mut registries);
        let config = config(&registries, trainer, set);
        let class_names = ["red_circle", "blue square", "a green triangle"].map(String::from).to_vec();
        let data = data(&registries, &config, pool);
        Self { clip, model, registries, config, class_names, data }
    }

    pub fn trainer(&self, seed: u64) -> Result<Box<dyn Trainer>> {
        let name: String = self.config.get("TRAINER.NAME").unwrap();
        (self.registries.trainers.get(&name).unwrap().factory)(&BuildContext {
            config: &self.config,
            registries: &self.registries,
            clip: &self.clip,
            class_names: &self.class_names,
            template: "a photo of a {}.",
            rng: RngTree::new(seed),
        })
    }

    /// Runs one zero-based epoch; draws hang on the epoch only.
    pub fn epoch(&self, trainer: &mut dyn Trainer, epoch: usize) -> Result<(EpochReport, Told)> {
        let recorder = Recorder::default();
        let report = self.epoch_with(trainer, epoch, recorder.clone(), &StopFlag::default())?;
        Ok((report, recorder.told()))
    }

    pub fn epoch_with(
        &self,
        trainer: &mut dyn Trainer,
        epoch: usize,
        recorder: Recorder,
        stop: &StopFlag,
    ) -> Result<EpochReport> {
        let mut events = Events::default();
        events.add(Box::new(recorder));
        trainer.run_epoch(&mut EpochContext {
            clip: &self.clip,
            data: &self.data,
            epoch,
            max_epoch: EPOCHS,
            rng: epoch_rng(epoch),
            events: &mut events,
            stop,
        })
    }
}

pub fn epoch_rng(epoch: usize) -> RngTree {
    RngTree::new(3).child("epoch").at(epoch)
}

/// The values of a trainer's parameters by learner and name.
pub fn parameters(trainer: &dyn Trainer) -> BTreeMap<String, Vec<f32>> {
    let learners = trainer.learners();
    let all = learners.iter().flat_map(|l| l.parameters.iter().map(move |p| (l, p)));
    all.map(|(l, p)| (format!("{}.{}", l.name, p.name), flat(p.var.as_tensor()))).collect()
}

/// The values of a trainer's other tensors.
pub fn state(trainer: &dyn Trainer) -> BTreeMap<String, Vec<f32>> {
    trainer.state().tensors.iter().map(|(name, tensor)| (name.clone(), flat(tensor))).collect()
}

pub fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.detach().to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// The greatest difference.
pub fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn clip() -> (FrozenClip, ClipModel) {
    clip_of(
        r#"{"projection_dim": 24,
            "text_config": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2},
            "vision_config": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
                              "num_attention_heads": 2, "image_size": 32, "patch_size": 16}}"#,
    )
}

/// A random model of the shape that `shape` (a `config.json`) tells, for pictures of 32 pixels.
pub fn clip_of(shape: &str) -> (FrozenClip, ClipModel) {
    let device = Device::Cpu;
    let captions = ["a photo of a red circle", "the blue square", "one green triangle"].map(String::from);
    let tokenizer = tokenizer_train::train(&captions, 700).unwrap();
    let ids = Tokenizer::from_bytes(tokenizer.as_bytes(), 77).unwrap();
    let mut config = ClipConfig::from_json(shape).unwrap();
    config.text_config.vocab_size = ids.vocab_size();
    config.text_config.eos_token_id = ids.end();
    let random = ClipModel::random(&config, &RngTree::new(11), &device).unwrap();
    let tensors: BTreeMap<String, Tensor> =
        random.trainable_vars().iter().map(|v| (v.name.clone(), v.var.as_detached_tensor())).collect();
    let model = ClipModel::frozen(&config, tensors.clone(), DType::F32, &device).unwrap();
    let files = ModelFiles {
        name: "random".into(),
        digest: String::new(),
        preprocess: Preprocess::clip(SIZE),
        config,
        tokenizer: Some(tokenizer.into_bytes()),
        tensors,
    };
    (FrozenClip::from_files(files, &device, DType::F32).unwrap(), model)
}

fn config(registries: &Registries, trainer: &str, set: Set<'_>) -> Config {
    let mut config = Config::default();
    for key in Schema::assemble(registries).iter() {
        config.set(&key.path, key.default.clone(), Origin::Default);
    }
    let entry = registries.trainers.get(trainer).unwrap();
    for (path, value) in &entry.defaults {
        config.set(path, value.clone(), Origin::Entry(entry.name.into()));
    }
    let small: [(&str, Value); 9] = [
        ("TRAINER.NAME", trainer.into()),
        ("INPUT.SIZE", vec![SIZE, SIZE].into()),
        ("DATASET.NUM_SHOTS", 3.into()),
        ("DATALOADER.TRAIN_X.BATCH_SIZE", 4.into()),
        ("DATALOADER.TEST.BATCH_SIZE", 5.into()),
        ("OPTIM.MAX_EPOCH", EPOCHS.into()),
        ("OPTIM.WARMUP_EPOCH", (-1).into()),
        ("OPTIM.LR", 0.02.into()),
        ("WARMUP.EPOCH", 1.into()),
    ];
    for (path, value) in small.iter().chain(set) {
        config.set(path, value.clone(), Origin::Override);
    }
    config
}

fn data(registries: &Registries, config: &Config, pool: Vec<Item>) -> TrainData {
    let train = Loader::new(Transform::train(config).unwrap(), 0, 1 << 20, Device::Cpu).unwrap();
    let test = train.with_transform(Transform::test(config).unwrap());
    let batch_size: usize = config.get("DATALOADER.TRAIN_X.BATCH_SIZE").unwrap();
    let stream = || {
        let scope = Scope::new(config, ["DATALOADER.TRAIN_X".to_owned()]);
        let sampler = (registries.samplers.get("RandomSampler").unwrap().factory)(&scope).unwrap();
        Stream { sampler, batch_size }
    };
    let test_batch = config.get("DATALOADER.TEST.BATCH_SIZE").unwrap();
    TrainData::new(pictures::items(), pool, (train, test), (stream(), stream()), test_batch)
}

pub use pictures::items;
