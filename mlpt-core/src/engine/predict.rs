//! What a trained model says of images that belong to no data set.

use super::evaluate::{Checkpoints, load};
use super::job::{Job, load_splits};
use super::names::Names;
use super::run::{draw_seed, listeners};
use super::scoring::ImageSet;
use super::{RunDir, RunOptions, facts};
use crate::config::Config;
use crate::data::{Item, Splits};
use crate::prompt::ImageInput;
use crate::rng::RngTree;
use crate::tensor::softmax;
use crate::{Error, Registries, Result};
use candle_core::{DType, Device, Tensor};

/// Random features that an image-independent classifier is told by.
const PROBES: usize = 8;
/// How far its logits may lie from those of the trainer, in units of the largest.
const NEAR: f64 = 1e-3;

/// A trained model, ready for images.
pub struct Predictor {
    job: Job,
}

/// A classifier that needs no text tower: one feature a class.
#[derive(Clone, Debug)]
pub struct Classifier {
    /// `[C, E]`: the logits of an image with normalised feature `x` are `logit_scale * x W^T`. The rows of several
    /// learners are averaged, so that they need not have length 1.
    pub weights: Tensor,
    /// The factor between cosines and logits.
    pub logit_scale: f64,
}

impl Predictor {
    /// Loads the model and the checkpoints of a run. Classes and template are those that the run has written; the data
    /// set is read only where an earlier version of this program has not written them.
    ///
    /// # Errors
    /// When the model, a checkpoint or the classes are not there.
    pub fn load(
        config: &Config,
        registries: &Registries,
        checkpoints: &Checkpoints,
        options: RunOptions,
    ) -> Result<Self> {
        let mut events = listeners(config, &options.log, options.sinks)?;
        let names = Names::of(config, registries)?;
        let mut config = config.clone();
        let seed = draw_seed(&mut config, &mut events)?;
        let rng = RngTree::new(seed);
        let written = checkpoints.model_dir.as_ref().and_then(|dir| facts::classes(&RunDir::new(dir)));
        let splits = match written {
            Some((class_names, template)) => Splits { class_names, template, ..Splits::default() },
            None => load_splits(&config, registries, &rng, &mut |text| events.warn(text))?,
        };
        let mut job = Job::with(config, names, seed, splits, registries, &mut events)?;
        match &checkpoints.model_dir {
            Some(dir) => load(&mut job, dir, checkpoints.epoch, &mut events).map(|_| ())?,
            None if job.trainer.trains() => {
                return Err(Error::invalid(format!(
                    "{} has to be trained: give the run directory of a trained one (--run)",
                    job.names.trainer
                )));
            }
            None => {}
        }
        job.trainer.begin_eval(&job.clip)?;
        Ok(Self { job })
    }

    /// The classes by label.
    pub fn class_names(&self) -> &[String] {
        &self.job.splits.class_names
    }

    /// The frozen model.
    pub fn clip(&self) -> &crate::clip::FrozenClip {
        &self.job.clip
    }

    /// Registry name of the trainer.
    pub fn trainer(&self) -> &str {
        &self.job.names.trainer
    }

    /// How images are made fit for the model, line by line.
    pub fn transform(&self) -> Vec<String> {
        self.job.loader.transform().describe()
    }

    /// Images that are worked on at once (DATALOADER.TEST.BATCH_SIZE).
    pub fn batch(&self) -> usize {
        self.job.test_batch
    }

    /// `[N][C]`: the probability of each class for each image.
    ///
    /// # Errors
    /// When an image cannot be read.
    pub fn probabilities(&self, items: &[Item]) -> Result<Vec<Vec<f64>>> {
        rows_of(&self.job.images(items.to_vec()), &self.job)
    }

    /// The same, and what the model without training says (`[N][C]` each); features are encoded once for both where the
    /// trainer has no prompts in the image tower.
    ///
    /// # Errors
    /// When an image cannot be read.
    pub fn with_zero_shot(&self, items: &[Item]) -> Result<[Vec<Vec<f64>>; 2]> {
        let job = &self.job;
        let set = job.images(items.to_vec());
        let trained = rows_of(&set, job)?;
        if items.is_empty() {
            return Ok([trained, Vec::new()]);
        }
        let logits = set.zero_shot_logits(&job.clip, &job.class_features)?;
        Ok([trained, softmax(&logits.to_dtype(DType::F64)?.to_device(&Device::Cpu)?)?.to_vec2()?])
    }

    /// The classifier alone, where what the trainer makes of the classes does not depend on the image. It is read off the
    /// trainer's logits for the unit features, and compared with them on others.
    ///
    /// # Errors
    /// When it does depend on the image, or the image tower has prompts of its own.
    pub fn classifier(&self) -> Result<Classifier> {
        let job = &self.job;
        let no = |why: &str| {
            Error::invalid(format!(
                "{} cannot be exported as one feature a class: {why}; `mlpt predict` labels images with it",
                job.names.trainer
            ))
        };
        if !job.trainer.shares_image_features() {
            return Err(no("it has prompts in the image tower"));
        }
        let (width, scale) = (job.clip.embed_dim(), job.clip.logit_scale());
        let logits = |x: &Tensor| -> Result<Tensor> {
            let logits = job.trainer.logits(&job.clip, ImageInput::Features(x))?;
            Ok(logits.detach().to_dtype(DType::F64)?.to_device(&Device::Cpu)?)
        };
        let weights = (logits(&Tensor::eye(width, DType::F32, &job.device)?)?.t()? / scale)?.contiguous()?;
        let probes = probes(width, &job.rng.child("probes"))?;
        let want = logits(&probes.to_dtype(DType::F32)?.to_device(&job.device)?)?;
        let got = (probes.matmul(&weights.t()?)? * scale)?;
        let largest = |x: &Tensor| -> Result<f64> { Ok(x.abs()?.max_all()?.to_scalar::<f64>()?) };
        if largest(&(&want - &got)?)? > NEAR * largest(&want)?.max(1.0) {
            return Err(no("its class features depend on the image"));
        }
        Ok(Classifier { weights: weights.to_dtype(DType::F32)?, logit_scale: scale })
    }
}

/// The trained model's probabilities `[N][C]`.
fn rows_of(set: &ImageSet, job: &Job) -> Result<Vec<Vec<f64>>> {
    let mut all = Vec::with_capacity(set.len());
    set.each_logits(&*job.trainer, &job.clip, |logits| {
        all.extend(softmax(&logits.detach().to_dtype(DType::F64)?.to_device(&Device::Cpu)?)?.to_vec2::<f64>()?);
        Ok(())
    })?;
    Ok(all)
}

/// Features of length 1, `[PROBES, width]` in f64 on the CPU.
fn probes(width: usize, rng: &RngTree) -> Result<Tensor> {
    use rand::Rng;
    let mut rng = rng.rng();
    let numbers: Vec<f64> = (0..PROBES * width).map(|_| rng.random_range(-1.0..1.0)).collect();
    let x = Tensor::from_vec(numbers, (PROBES, width), &Device::Cpu)?;
    Ok(x.broadcast_div(&x.sqr()?.sum_keepdim(1)?.sqrt()?)?)
}
