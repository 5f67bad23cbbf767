//! A tiny data set and a tiny trainer, registered as a stranger's crate would.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use candle_core::{DType, Tensor, Var};
use image::{Rgb, RgbImage};
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::{Config, Layers};
use mlpt_core::data::noise::{NoiseContext, NoiseModel, Noisy};
use mlpt_core::data::{ImageRef, ImageStore, Item, Splits};
use mlpt_core::engine::{
    BuildContext, EpochContext, EpochReport, LearnerInfo, RunOptions, StopFlag, Trainer, TrainerState,
};
use mlpt_core::event::{Event, EventSink, Step};
use mlpt_core::prompt::{ImageInput, NamedVar};
use mlpt_core::registry::Entry;
use mlpt_core::{Error, Registries, Result};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Pictures of one colour a class, with a pattern that hangs on the number: `<label>/<number>`.
struct Plain;

impl ImageStore for Plain {
    fn load(&self, key: &str) -> Result<RgbImage> {
        let (label, number) = key.rsplit_once('/').unwrap();
        let label: u8 = label.rsplit('/').next().unwrap().parse().unwrap();
        let number: u32 = number.parse().unwrap();
        let colours = [[200, 40, 40], [40, 200, 40], [40, 40, 200]];
        Ok(RgbImage::from_fn(24, 20, |x, y| {
            let shade = ((x * number + y * 7) % 60) as u8;
            Rgb(colours[usize::from(label)].map(|c: u8| c.saturating_add(shade)))
        }))
    }
}

fn items(split: &str, counts: [usize; 3]) -> Vec<Item> {
    let store: Arc<dyn ImageStore> = Arc::new(Plain);
    let one = |label: usize, number: usize| Item {
        image: ImageRef::Stored { store: store.clone(), key: format!("{split}/{label}/{number}").into() },
        label,
        domain: 0,
    };
    (0..3).flat_map(|label| (0..counts[label]).map(move |n| (label, n))).map(|(l, n)| one(l, n)).collect()
}

/// A linear classifier on image features: one step a batch, with momentum.
struct Probe {
    weight: Var,
    momentum: Tensor,
}

impl Probe {
    fn build(ctx: &BuildContext<'_>) -> Result<Self> {
        let shape = (ctx.clip.embed_dim(), ctx.class_names.len());
        let weight = Var::zeros(shape, DType::F32, ctx.clip.device())?;
        Ok(Self { momentum: weight.zeros_like()?, weight })
    }

    fn probabilities(&self, features: &Tensor) -> Result<Tensor> {
        let features = mlpt_core::tensor::normalize(features)?;
        Ok(candle_nn::ops::softmax(&(features.matmul(self.weight.as_tensor())? * 20.0)?, 1)?)
    }
}

impl Trainer for Probe {
    fn run_epoch(&mut self, ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        let all: Vec<usize> = (0..ctx.data.train.len()).collect();
        let batches = ctx.data.train_batches(&ctx.data.train, &all, &ctx.data.train_x, &ctx.rng)?;
        let num_batches = batches.len();
        let mut sum = 0.0;
        for (i, batch) in batches.enumerate() {
            let batch = batch?;
            let features = batch.features(ctx.clip)?.to_dtype(DType::F32)?;
            let labels: Vec<u32> = batch.labels.iter().map(|&l| l as u32).collect();
            let labels = Tensor::new(labels, features.device())?;
            let logits = self.probabilities(&features)?.log()?;
            let loss = candle_nn::loss::nll(&logits, &labels)?;
            let gradient = loss.backward()?.get(&self.weight).unwrap().clone();
            self.momentum = ((&self.momentum * 0.9)? + &gradient)?.detach();
            self.weight.set(&(self.weight.as_tensor() - (&self.momentum * 0.05)?)?)?;
            let value = f64::from(loss.to_scalar::<f32>()?);
            sum += value;
            ctx.events.emit(Event::Step(Step {
                phase: String::new(),
                learner: "probe".to_owned(),
                epoch: ctx.epoch + 1,
                max_epoch: ctx.max_epoch,
                batch: i + 1,
                num_batches,
                time_s: 0.0,
                data_s: 0.0,
                losses: vec![("loss".to_owned(), value)],
                acc: None,
                lr: 0.05,
                grad_norm: f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?).sqrt(),
            }));
            if ctx.stop.is_set() {
                return Err(Error::Interrupted { epoch: ctx.epoch });
            }
        }
        let p = self.probabilities(&ctx.data.pool_features(ctx.clip)?.to_dtype(DType::F32)?)?.to_vec2::<f32>()?;
        let clean = p.iter().zip(&ctx.data.pool).map(|(row, item)| f64::from(row[item.label])).collect();
        Ok(EpochReport {
            losses: vec![("loss".to_owned(), sum / num_batches as f64)],
            clean: vec![("probe".to_owned(), clean)],
            ..EpochReport::default()
        })
    }

    fn logits(&self, clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor> {
        match images {
            ImageInput::Features(features) => self.probabilities(&features.to_dtype(DType::F32)?),
            ImageInput::Pixels(pixels) => self.probabilities(&clip.encode_images(pixels)?.to_dtype(DType::F32)?),
        }
    }

    fn learners(&self) -> Vec<LearnerInfo> {
        let parameters = vec![NamedVar { name: "weight".to_owned(), var: self.weight.clone() }];
        vec![LearnerInfo { name: "probe".to_owned(), mechanism: "Linear".to_owned(), parameters }]
    }

    fn state(&self) -> TrainerState {
        let tensors = [("momentum".to_owned(), self.momentum.clone())].into();
        TrainerState { tensors, numbers: Default::default() }
    }

    fn load_state(&mut self, state: &TrainerState) -> Result<()> {
        self.momentum = state.tensors["momentum"].clone();
        Ok(())
    }
}

/// Leaves the items alone and does not know what they are.
struct Unknown;

impl NoiseModel for Unknown {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        Ok(ctx.items.iter().map(|i| Noisy { item: i.clone(), true_label: None }).collect())
    }
}

/// The framework's registries with the data set `Colours`, the trainer `Probe` and the noise `unknown`.
pub fn registries() -> Registries {
    let mut all = Registries::new().unwrap();
    let splits = |counts| Splits {
        train: items("train", counts),
        val: items("val", [5; 3]),
        test: items("test", [6; 3]),
        class_names: ["red", "green", "blue"].map(String::from).to_vec(),
        template: "a photo of a {}.".to_owned(),
    };
    all.datasets.register(Entry::new("Colours", "", "", Arc::new(move |_| Ok(splits([12; 3]))))).unwrap();
    all.datasets.register(Entry::new("Uneven", "", "", Arc::new(move |_| Ok(splits([12, 12, 3]))))).unwrap();
    all.trainers.register(Entry::new("Probe", "", "", Arc::new(|ctx| Ok(Box::new(Probe::build(ctx)?))))).unwrap();
    all.noises.register(Entry::new("unknown", "", "", Arc::new(|_| Ok(Box::new(Unknown))))).unwrap();
    all
}

/// Settings of a small run in `dir`; `more` as on the command line.
pub fn config(registries: &Registries, dir: &Path, more: &[&str]) -> Config {
    let text = |s: &str| s.to_owned();
    let mut words = vec![
        text("DATASET.NAME=Colours"),
        text("TRAINER.NAME=Probe"),
        text("DATASET.NUM_SHOTS=4"),
        text("DATASET.NUM_FP=1"),
        text("NOISE.NAME=symmetric"),
        text("OPTIM.MAX_EPOCH=3"),
        text("DATALOADER.TRAIN_X.BATCH_SIZE=5"),
        text("DATALOADER.NUM_WORKERS=1"),
        text("INPUT.TRANSFORMS=('random_resized_crop', 'normalize')"),
        text("SEED=3"),
        text("DEVICE=cpu"),
    ];
    words.push(format!("OUTPUT_DIR={}", dir.display()));
    words.extend(more.iter().map(|s| text(s)));
    Layers::new(registries).overrides(&words).resolve().unwrap()
}

/// Keeps every event; sets the stop flag on the first event that `when` holds for.
pub struct Spy {
    pub events: Arc<Mutex<Vec<Event>>>,
    pub stop: StopFlag,
    pub when: fn(&Event) -> bool,
}

impl EventSink for Spy {
    fn emit(&mut self, event: &Event) {
        if (self.when)(event) {
            self.stop.stop();
        }
        self.events.lock().unwrap().push(event.clone());
    }
}

/// Options with a spy, and the events that it will have kept.
pub fn spied(when: fn(&Event) -> bool) -> (RunOptions, Arc<Mutex<Vec<Event>>>) {
    let (stop, events) = (StopFlag::default(), Arc::default());
    let spy = Spy { events: Arc::clone(&events), stop: stop.clone(), when };
    (RunOptions { stop, sinks: vec![Box::new(spy)], ..Default::default() }, events)
}
