//! A linear classifier on frozen image features: the baseline of Radford et al. 2021, section 3.2.
//!
//! It stands for any method that somebody writes in a crate of their own: one implementation of
//! [`Trainer`], one registry entry, and settings, command line, checkpoints, resume, logs and
//! results come for nothing.

use candle_core::{D, DType, Tensor, Var};
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::Section;
use mlpt_core::engine::{BuildContext, EpochContext, EpochReport, LearnerInfo, Trainer, TrainerState};
use mlpt_core::event::{Event, Step};
use mlpt_core::loss::{Loss, RunningMeans};
use mlpt_core::optim::{OptimConfig, Optimizer, Schedule, build, check_gradients};
use mlpt_core::prompt::{ImageInput, NamedVar};
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Registries, Result, section};
use std::sync::Arc;
use std::time::Instant;

section! {
    /// Settings of the probe, at `TRAINER.LINEARPROBE`.
    pub struct ProbeConfig {
        /// Factor on the normalised features, so that the logits have a useful range.
        pub scale: f64 = 20.0, "SCALE";
    }
}

struct LinearProbe {
    scale: f64,
    loss: Loss,
    means: RunningMeans,
    schedule: Schedule,
    optimizer: Box<dyn Optimizer>,
    weight: Var,
}

/// Adds the probe to what can be chosen by name.
///
/// # Errors
/// When its name is taken.
pub(crate) fn register(all: &mut Registries) -> Result<()> {
    let entry = Entry::new(
        "LinearProbe",
        "linear classifier on frozen image features",
        "Learns one weight vector a class on the normalised image features; no text is used.",
        Arc::new(|ctx: &BuildContext<'_>| LinearProbe::build(ctx).map(|t| Box::new(t) as Box<dyn Trainer>)) as _,
    );
    all.trainers.register(
        entry
            .aliases(&["probe"])
            .keys(ProbeConfig::keys_below("TRAINER.LINEARPROBE"))
            .default("OPTIM.NAME", "sgd")
            .default("OPTIM.LR", 0.1)
            .default("OPTIM.LR_SCHEDULER", "cosine")
            .default("OPTIM.MAX_EPOCH", 20),
    )
}

impl LinearProbe {
    fn build(ctx: &BuildContext<'_>) -> Result<Self> {
        let config: ProbeConfig = ctx.config.section("TRAINER.LINEARPROBE")?;
        let optim: OptimConfig = ctx.config.section("OPTIM")?;
        let shape = (ctx.class_names.len(), ctx.clip.embed_dim());
        let weight = Var::zeros(shape, DType::F32, ctx.clip.device())?;
        let named = NamedVar { name: "weight".into(), var: weight.clone() };
        Ok(Self {
            scale: config.scale,
            loss: Loss::new(&ctx.config.section("LOSS")?)?,
            means: RunningMeans::default(),
            schedule: Schedule::new(&optim)?,
            optimizer: build(&optim, vec![named])?,
            weight,
        })
    }

    fn classify(&self, features: &Tensor) -> Result<Tensor> {
        Ok((normalize(features)?.matmul(&self.weight.t()?)? * self.scale)?)
    }
}

impl Trainer for LinearProbe {
    fn run_epoch(&mut self, ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        let items = &ctx.data.train;
        let all: Vec<usize> = (0..items.len()).collect();
        let mut batches = ctx.data.train_batches(items, &all, &ctx.data.train_x, &ctx.rng)?;
        let num_batches = batches.len();
        let lr = self.schedule.lr(ctx.epoch + 1);
        let mut sum = 0.0;
        for batch in 1..=num_batches {
            let begun = Instant::now();
            let Some(data) = batches.next().transpose()? else { break };
            let data_s = begun.elapsed().as_secs_f64();
            let labels: Vec<u32> = data.labels.iter().map(|&l| l as u32).collect();
            let labels = Tensor::new(labels, ctx.clip.device())?;
            let logits = self.classify(&data.features(ctx.clip)?)?;
            let images: Vec<&str> = data.indices.iter().map(|&i| items[i].image.key()).collect();
            let means = self.means.update(&self.loss, &images, &logits)?;
            let loss = self.loss.hard(&logits, &labels, means.as_ref())?;
            let grads = loss.backward()?;
            let grad_norm = check_gradients(self.optimizer.parameters(), &grads)
                .map_err(|tensor| Error::NonFinite { tensor, epoch: ctx.epoch + 1, batch })?;
            self.optimizer.step(&grads, lr)?;
            let right = logits.argmax(D::Minus1)?.eq(&labels)?.to_dtype(DType::F32)?.mean_all()?.to_scalar::<f32>()?;
            let value = f64::from(loss.to_scalar::<f32>()?);
            sum += value;
            ctx.events.emit(Event::Step(Step {
                phase: String::new(),
                learner: "linear_probe".into(),
                epoch: ctx.epoch + 1,
                max_epoch: ctx.max_epoch,
                batch,
                num_batches,
                time_s: begun.elapsed().as_secs_f64(),
                data_s,
                losses: vec![("loss".into(), value)],
                acc: Some(100.0 * f64::from(right)),
                lr,
                grad_norm,
            }));
            if ctx.stop.is_set() {
                break;
            }
        }
        Ok(EpochReport { losses: vec![("loss".into(), sum / num_batches as f64)], ..EpochReport::default() })
    }

    fn logits(&self, clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor> {
        let features = match images {
            ImageInput::Pixels(pixels) => clip.encode_images(pixels)?,
            ImageInput::Features(features) => features.clone(),
        };
        Ok(self.classify(&features)?.detach())
    }

    fn learners(&self) -> Vec<LearnerInfo> {
        vec![LearnerInfo {
            name: "linear_probe".into(),
            mechanism: "LinearProbe".into(),
            parameters: self.optimizer.parameters().to_vec(),
        }]
    }

    fn state(&self) -> TrainerState {
        let mut tensors = self.optimizer.state();
        self.means.save("", &mut tensors);
        TrainerState { tensors, ..TrainerState::default() }
    }

    fn load_state(&mut self, state: &TrainerState) -> Result<()> {
        let mut tensors = state.tensors.clone();
        self.means = RunningMeans::take(&mut tensors)?;
        self.optimizer.load_state(&tensors)
    }
}
