//! The loop: from nothing, or from a saved state, to a model directory in Hugging Face layout.

use super::config::{ArchitectureConfig, PretrainConfig};
use super::feed::{Recipe, feed};
use super::source::CaptionSource;
use super::state::{self, Progress};
use super::step::{LOGIT_SCALE, contrastive_step};
use crate::clip::tokenizer_train;
use crate::clip::{
    ClipConfig, ClipModel, ModelFiles, Preprocess, TextConfig, Tokenizer, VisionConfig, openai_tokenizer_json,
    write_model,
};
use crate::data::transform::{Augment, Filter, Transform, TransformConfig};
use crate::engine::StopFlag;
use crate::files::{check_folder, sha256_hex, write_atomic};
use crate::optim::{OptimConfig, build, check_gradients};
use crate::rng::RngTree;
use crate::tensor::Activation;
use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Captions that the tokenizer is made from.
const TOKENIZER_CAPTIONS: usize = 20_000;
/// Positions of the text tower, as in every published CLIP.
const CONTEXT_LENGTH: usize = 77;
/// Highest logarithm of the temperature's inverse: a factor of 100, as published.
const HIGHEST_LOGIT_SCALE: f32 = 4.605_170_2;

/// What the loop is given.
pub struct PretrainOptions {
    /// The loop's settings.
    pub config: PretrainConfig,
    /// The model's shape.
    pub architecture: ArchitectureConfig,
    /// A model to start from, with its shape and tokenizer, in place of a random one.
    pub start: Option<ModelFiles>,
    /// Captioned pictures.
    pub source: Arc<dyn CaptionSource>,
    /// What the source is, for the fingerprint: names, roots, digests of what is excluded.
    pub source_id: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Directory of the finished model; the state of an unfinished one lies there too.
    pub out: PathBuf,
    /// CPU or GPU.
    pub device: Device,
    /// Asked after every step.
    pub stop: StopFlag,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct PretrainReport {
    /// Trainable numbers.
    pub parameters: usize,
    /// Mean loss over the last lines of the curve.
    pub loss: f64,
    /// Mean accuracy of finding the own caption within the batch, likewise.
    pub top1: f64,
    /// Seconds, of this call alone.
    pub seconds: f64,
    /// Step from which this call went on; 0 for a fresh start.
    pub resumed_from: usize,
}

/// Pre-trains a model and writes it to `options.out`: `config.json`, `model.safetensors` (f16),
/// `tokenizer.json`, `preprocessor_config.json`, `curve.csv`. `tell` is called with one line at a time.
///
/// # Errors
/// Bad settings, an unreadable picture, a loss that is not finite, or [`Error::Interrupted`].
pub fn pretrain(options: &PretrainOptions, mut tell: impl FnMut(&str)) -> Result<PretrainReport> {
    let PretrainOptions { config, architecture, out, device, .. } = options;
    config.check()?;
    architecture.check()?;
    // Found out now, not after the last step.
    check_folder(out)?;
    let begun = Instant::now();
    let root = RngTree::new(options.seed).child("pretrain");

    let Start { model, tokenizer_json, tokenizer, preprocess } = match &options.start {
        Some(files) => Start::from_files(files, device).map_err(|e| match e {
            Error::Invalid(message) => Error::invalid(format!("model '{}': {message}", files.name)),
            other => other,
        })?,
        None => Start::random(options, &root)?,
    };
    let params = model.trainable_vars();
    let parameters = params.iter().map(|p| p.var.elem_count()).sum();
    let mut optimizer = build(
        &OptimConfig {
            name: "adamw".into(),
            weight_decay: config.weight_decay,
            adam_beta2: 0.98,
            ..OptimConfig::default()
        },
        params.clone(),
    )?;

    let start = options.start.as_ref().map_or("random", |files| &files.digest);
    let fingerprint =
        sha256_hex(format!("{config:?} {architecture:?} {} {} {start}", options.seed, options.source_id).as_bytes());
    let mut progress = state::load(out, &fingerprint, &params, &mut *optimizer, device)?.unwrap_or(Progress {
        step: 0,
        fingerprint,
        curve: Vec::new(),
    });
    let resumed_from = progress.step;
    if resumed_from > 0 {
        tell(&format!("going on from step {resumed_from}"));
    }

    let recipe = Recipe {
        source: options.source.clone(),
        tokenizer: Arc::new(tokenizer),
        transform: transform(&preprocess, config, false),
        mirroring: config.flip.then(|| transform(&preprocess, config, true)),
        batch_size: config.batch_size,
        device: device.clone(),
    };
    let batches = feed(recipe, root.child("batch"), resumed_from, config.steps)?;
    let (mut loss, mut top1, mut count, mut waited) = (0.0, 0.0, 0usize, 0.0);
    for step in resumed_from..config.steps {
        let asked = Instant::now();
        let batch = batches.recv().map_err(|_| Error::invalid("the thread that makes pictures stopped"))??;
        waited += asked.elapsed().as_secs_f64();
        let outcome = contrastive_step(&model, &params, &batch, config.chunks)?;
        let not_finite = |tensor: String| Error::NonFinite { tensor, epoch: 1, batch: step + 1 };
        if !outcome.loss.is_finite() {
            return Err(not_finite("the contrastive loss".into()));
        }
        check_gradients(&params, &outcome.grads).map_err(|name| not_finite(format!("the gradient of {name}")))?;
        optimizer.step(&outcome.grads, config.lr_at(step))?;
        for scale in params.iter().filter(|p| p.name == LOGIT_SCALE) {
            scale.var.set(&scale.var.as_tensor().clamp(0f32, HIGHEST_LOGIT_SCALE)?)?;
        }
        (loss, top1, count) = (loss + outcome.loss, top1 + outcome.top1, count + 1);
        progress.step = step + 1;
        if progress.step % config.print_freq == 0 || progress.step == config.steps {
            let (mean_loss, mean_top1) = (loss / count as f64, top1 / count as f64);
            progress.curve.push(format!("{},{mean_loss:.5},{mean_top1:.5},{:.3e}", progress.step, config.lr_at(step)));
            let rate = begun.elapsed().as_secs_f64() / (progress.step - resumed_from) as f64;
            tell(&format!(
                "step {}/{} loss {mean_loss:.4} own caption first {:.1}% lr {:.2e} {rate:.2} s/step (data {:.2}) eta {:.0} min",
                progress.step,
                config.steps,
                100.0 * mean_top1,
                config.lr_at(step),
                waited / count as f64,
                rate * (config.steps - progress.step) as f64 / 60.0
            ));
            (loss, top1, count, waited) = (0.0, 0.0, 0, 0.0);
        }
        let stop = options.stop.is_set();
        if stop || progress.step % config.save_freq == 0 {
            state::save(out, &progress, &params, &*optimizer)?;
        }
        if stop {
            return Err(Error::invalid(format!(
                "stopped on request after step {}; run the same command again to go on",
                progress.step
            )));
        }
    }

    write_model(out, &model, &tokenizer_json, &preprocess, DType::F16)?;
    let curve = format!("step,loss,top1,lr\n{}\n", progress.curve.join("\n"));
    write_atomic(&out.join("curve.csv"), curve.as_bytes())?;
    state::clear(out)?;
    let last = |column: usize| -> f64 {
        let values: Vec<f64> = progress
            .curve
            .iter()
            .rev()
            .take(5)
            .filter_map(|line| line.split(',').nth(column).and_then(|v| v.parse().ok()))
            .collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    };
    Ok(PretrainReport {
        parameters,
        loss: last(1),
        top1: last(2),
        seconds: begun.elapsed().as_secs_f64(),
        resumed_from,
    })
}

/// What the loop starts from.
struct Start {
    model: ClipModel,
    tokenizer_json: String,
    tokenizer: Tokenizer,
    preprocess: Preprocess,
}

impl Start {
    /// A random model and a tokenizer that is learnt from the source's captions.
    fn random(options: &PretrainOptions, root: &RngTree) -> Result<Self> {
        let PretrainOptions { config, architecture, source, device, .. } = options;
        let captions: Vec<String> =
            (0..TOKENIZER_CAPTIONS).map(|i| source.caption(&root.child("tokenizer").at(i))).collect::<Result<_>>()?;
        let tokenizer_json = tokenizer_train::train(&captions, architecture.vocab_size)?;
        let tokenizer = Tokenizer::from_bytes(tokenizer_json.as_bytes(), CONTEXT_LENGTH)?;
        let shape = architecture.clip_config(&tokenizer);
        shape.check()?;
        let model = ClipModel::random(&shape, &root.child("init"), device)?;
        for scale in model.trainable_vars().iter().filter(|p| p.name == LOGIT_SCALE) {
            scale.var.set(&Tensor::full(config.logit_scale as f32, scale.var.shape(), device)?)?;
        }
        Ok(Self { model, tokenizer_json, tokenizer, preprocess: Preprocess::clip(architecture.image_size) })
    }

    /// The model in `files`; its shape and tokenizer stay.
    fn from_files(files: &ModelFiles, device: &Device) -> Result<Self> {
        let context = files.config.text_config.max_position_embeddings;
        // What is written must be what is trained with.
        let tokenizer_json = match &files.tokenizer {
            Some(json) => String::from_utf8_lossy(json).into_owned(),
            None => openai_tokenizer_json()?,
        };
        Ok(Self {
            model: ClipModel::trainable(&files.config, files.tensors.clone(), device)?,
            tokenizer: Tokenizer::from_bytes(tokenizer_json.as_bytes(), context)?,
            tokenizer_json,
            preprocess: files.preprocess.clone(),
        })
    }
}

fn transform(preprocess: &Preprocess, config: &PretrainConfig, random_flip: bool) -> Transform {
    let settings = TransformConfig {
        size: (preprocess.size, preprocess.size),
        filter: Filter::Bicubic,
        random_resized_crop: true,
        random_flip,
        augment: Augment::default(),
        normalize: true,
        instance_norm: false,
        plain: false,
        mean: preprocess.mean,
        std: preprocess.std,
        scale: (config.crop, 1.0),
    };
    Transform::new(settings, true)
}

impl ArchitectureConfig {
    /// The Hugging Face configuration of this shape.
    fn clip_config(&self, tokenizer: &Tokenizer) -> ClipConfig {
        ClipConfig {
            text_config: TextConfig {
                vocab_size: tokenizer.vocab_size(),
                hidden_size: self.text_width,
                intermediate_size: 4 * self.text_width,
                num_hidden_layers: self.text_layers,
                num_attention_heads: (self.text_width / self.head_width).max(1),
                max_position_embeddings: CONTEXT_LENGTH,
                hidden_act: Activation::QuickGelu,
                layer_norm_eps: 1e-5,
                eos_token_id: tokenizer.end(),
            },
            vision_config: VisionConfig {
                hidden_size: self.vision_width,
                intermediate_size: 4 * self.vision_width,
                num_hidden_layers: self.vision_layers,
                num_attention_heads: (self.vision_width / self.head_width).max(1),
                image_size: self.image_size,
                patch_size: self.patch_size,
                hidden_act: Activation::QuickGelu,
                layer_norm_eps: 1e-5,
            },
            resnet_config: None,
            projection_dim: self.embed_dim,
            model_type: "clip".into(),
        }
    }
}
