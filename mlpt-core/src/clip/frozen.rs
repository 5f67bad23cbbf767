//! The frozen model that every learner shares.

use super::config::ClipConfig;
use super::model::ClipModel;
use super::passes::{Counters, Passes};
use super::preprocess::Preprocess;
use super::source::{ModelFiles, ModelSource};
use super::text::{Depth, TextBatch, encode};
use super::tokenizer::Tokenizer;
use super::vision::in_parts;
use crate::tensor::graft;
use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// A CLIP whose weights never change; cloning it is free. Features are f32 whatever the towers
/// compute in.
#[derive(Clone)]
pub struct FrozenClip {
    pub(super) inner: Arc<Inner>,
    /// Bytes for the graph of a text pass; 0 for no bound.
    text_memory: u64,
}

pub(super) struct Inner {
    pub(super) model: ClipModel,
    tokenizer: Tokenizer,
    preprocess: Preprocess,
    logit_scale: f64,
    name: String,
    digest: String,
    pub(super) device: Device,
    dtype: DType,
    weight_bytes: u64,
    pub(super) passes: Arc<Counters>,
}

/// Bytes that the graph of a text pass takes at most, where nothing else is said: 2 GiB. About 550 classes of ViT-B/16
/// fit in at once with CoOp's context in front; more run in parts, at the price of one more forward pass.
pub const TEXT_MEMORY: u64 = 2 << 30;

/// Images that one thread (CPU) or one call (GPU) encodes at once; bounds the memory.
const IMAGES_CPU: usize = 32;
const IMAGES_GPU: usize = 64;
/// Texts that are encoded at once without a graph.
const TEXTS: usize = 256;

impl FrozenClip {
    /// Reads a model; the towers compute in f32.
    ///
    /// # Errors
    /// When a file is missing or does not fit the others.
    pub fn load(source: &ModelSource, device: &Device) -> Result<Self> {
        Self::load_as(source, device, DType::F32)
    }

    /// Reads a model; the towers compute in `dtype`.
    ///
    /// # Errors
    /// When a file is missing or does not fit the others.
    pub fn load_as(source: &ModelSource, device: &Device, dtype: DType) -> Result<Self> {
        Self::from_files(source.read()?, device, dtype).map_err(|e| source.place(e))
    }

    /// From files that are in memory.
    ///
    /// # Errors
    /// When they do not fit each other.
    pub fn from_files(files: ModelFiles, device: &Device, dtype: DType) -> Result<Self> {
        let text = &files.config.text_config;
        let tokenizer = Tokenizer::or_clip(files.tokenizer.as_deref(), text.max_position_embeddings)?;
        let (vocabulary, end) = (text.vocab_size, files.config.end_id());
        if tokenizer.end() != end || tokenizer.vocab_size() > vocabulary {
            let (which, cure) = match files.tokenizer {
                Some(_) => ("tokenizer.json", ""),
                None => ("OpenAI's tokenizer", ": the model needs a tokenizer.json of its own"),
            };
            return Err(Error::invalid(format!(
                "{which} ({} ids, end {}) does not belong to config.json ({vocabulary} ids, end {end}){cure}",
                tokenizer.vocab_size(),
                tokenizer.end(),
            )));
        }
        let weight_bytes = files.tensors.values().map(|t| (t.elem_count() * dtype.size_in_bytes()) as u64).sum();
        let model = ClipModel::frozen(&files.config, files.tensors, dtype, device)?;
        let logit_scale = f64::from(model.logit_scale().to_dtype(DType::F32)?.to_scalar::<f32>()?).exp();
        let inner = Inner {
            model,
            tokenizer,
            preprocess: files.preprocess,
            logit_scale,
            name: files.name,
            digest: files.digest,
            device: device.clone(),
            dtype,
            weight_bytes,
            passes: Arc::default(),
        };
        Ok(Self { inner: Arc::new(inner), text_memory: TEXT_MEMORY })
    }

    /// The same model, whose text passes hold at most `bytes` of graph at a time, or what a single text needs; 0 takes
    /// away the bound. Where a batch needs more, it runs in parts, and each part once more in the backward pass. That
    /// changes the last bits of the features.
    #[must_use]
    pub fn with_text_memory(self, bytes: u64) -> Self {
        Self { text_memory: bytes, ..self }
    }

    /// Bytes of graph that a text pass holds at most; 0 where there is no bound.
    pub fn text_memory(&self) -> u64 {
        self.text_memory
    }

    /// The rows of `batch` in the parts that [`FrozenClip::encode_text`] runs them in.
    ///
    /// # Errors
    /// When the batch's prefixes have another rank than three.
    pub fn text_parts(&self, batch: &TextBatch) -> Result<Vec<Range<usize>>> {
        self.inner.model.text().parts(batch, self.text_memory)
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.inner.tokenizer
    }

    /// The model's shape.
    pub fn config(&self) -> &ClipConfig {
        self.inner.model.config()
    }

    /// Token embeddings `[L, D]` in f32, without positions.
    ///
    /// # Errors
    /// When an id is outside the vocabulary.
    pub fn embed_tokens(&self, ids: &[u32]) -> Result<Tensor> {
        self.inner.model.text().embed(ids)
    }

    /// Pixels `[B, 3, H, W]`, normalised, to features `[B, E]`, not normalised, without a graph. On
    /// a CPU the batch is split over the cores.
    ///
    /// # Errors
    /// When the pixels are of another size than the model's.
    pub fn encode_images(&self, pixels: &Tensor) -> Result<Tensor> {
        let (rows, on_cpu) = (pixels.dim(0)?, self.inner.device.is_cpu());
        self.inner.passes.images(rows);
        if rows == 0 {
            return Ok(Tensor::zeros((0, self.embed_dim()), DType::F32, &self.inner.device)?);
        }
        let pixels = pixels.detach();
        let threads = rayon::current_num_threads().max(1);
        let at_once = if on_cpu { rows.div_ceil(threads).min(IMAGES_CPU) } else { IMAGES_GPU };
        let encode =
            |from: usize| self.inner.model.image_features(&pixels.narrow(0, from, at_once.min(rows - from))?);
        let starts: Vec<usize> = (0..rows).step_by(at_once).collect();
        let parts: Vec<Tensor> = if on_cpu {
            starts.into_par_iter().map(encode).collect::<Result<_>>()?
        } else {
            starts.into_iter().map(encode).collect::<Result<_>>()?
        };
        Ok(Tensor::cat(&parts, 0)?)
    }

    /// Pixels to features `[B, E]` through prompts in the image tower, with a graph to them; on a CPU the batch is split
    /// over the cores. See
    /// [`VisionTower::forward_prompted`](super::VisionTower::forward_prompted).
    ///
    /// # Errors
    /// As there.
    pub fn encode_images_prompted(&self, pixels: &Tensor, prompts: &[Option<Tensor>]) -> Result<Tensor> {
        self.inner.passes.images(pixels.dim(0)?);
        in_parts(pixels, prompts, 0, |pixels, prompts| self.inner.model.vision().forward_prompted(pixels, prompts))
    }

    /// The same at every depth of the tower, `[L + 1, B, E]`, as one pass; see
    /// [`VisionTower::forward_layers`](super::VisionTower::forward_layers).
    ///
    /// # Errors
    /// As there.
    pub fn encode_image_layers(&self, pixels: &Tensor, prompts: &[Option<Tensor>]) -> Result<Tensor> {
        self.inner.passes.images(pixels.dim(0)?);
        in_parts(pixels, prompts, 1, |pixels, prompts| self.inner.model.vision().forward_layers(pixels, prompts))
    }

    /// A batch of prompts to features `[R, E]`, not normalised, with a graph to whatever in the batch tracks. Where the
    /// graph would take more than [`FrozenClip::text_memory`], the batch runs in parts; it is one pass all the same.
    ///
    /// # Errors
    /// When the batch's parts do not fit together, or a text is too long.
    pub fn encode_text(&self, batch: &TextBatch) -> Result<Tensor> {
        self.inner.passes.texts(batch.rows.len());
        self.counting(encode(self.inner.model.text(), batch, Depth::Last, self.text_memory)?)
    }

    /// The same at every depth of the tower, `[L + 1, R, E]`, as one pass; see
    /// [`TextTower::forward_layers`](super::TextTower::forward_layers).
    ///
    /// # Errors
    /// As [`FrozenClip::encode_text`].
    pub fn encode_text_layers(&self, batch: &TextBatch) -> Result<Tensor> {
        self.inner.passes.texts(batch.rows.len());
        self.counting(encode(self.inner.model.text(), batch, Depth::Every, self.text_memory)?)
    }

    /// The same features, which count the backward pass that goes through them.
    fn counting(&self, features: Tensor) -> Result<Tensor> {
        let passes = self.inner.passes.clone();
        Ok(graft(&[&features], features.detach(), move |b| {
            passes.text_backward();
            Ok(vec![Some(b.grad.clone())])
        })?)
    }

    /// Plain texts to features `[N, E]`, not normalised, without a graph.
    ///
    /// # Errors
    /// When a text is too long.
    pub fn encode_prompts(&self, texts: &[String]) -> Result<Tensor> {
        let ids = texts.iter().map(|t| self.inner.tokenizer.tokenize_full(t)).collect::<Result<Vec<_>>>()?;
        self.inner.passes.texts(ids.len());
        if ids.is_empty() {
            return Ok(Tensor::zeros((0, self.embed_dim()), DType::F32, &self.inner.device)?);
        }
        let parts = ids.chunks(TEXTS).map(|ids| self.inner.model.text_features(ids)).collect::<Result<Vec<_>>>()?;
        Ok(Tensor::cat(&parts, 0)?)
    }

    /// The factor between cosines and logits (the exponential is taken already), about 100.
    pub fn logit_scale(&self) -> f64 {
        self.inner.logit_scale
    }

    /// `D`, the width of the text tower.
    pub fn text_width(&self) -> usize {
        self.config().text_config.hidden_size
    }

    /// Number of blocks of the text tower, the length of a full [`TextBatch::deep`].
    pub fn text_layers(&self) -> usize {
        self.config().text_config.num_hidden_layers
    }

    /// The width of the image tower's tokens; `None` where it is a residual network.
    pub fn image_width(&self) -> Option<usize> {
        self.config().resnet_config.is_none().then_some(self.config().vision_config.hidden_size)
    }

    /// Number of blocks of the image tower, where it is a transformer.
    pub fn image_layers(&self) -> usize {
        self.config().vision_config.num_hidden_layers
    }

    /// `E`, the width of the features.
    pub fn embed_dim(&self) -> usize {
        self.config().projection_dim
    }

    /// Side of the square input in pixels.
    pub fn input_size(&self) -> usize {
        self.inner.preprocess.size
    }

    /// Longest text in tokens, start and end included.
    pub fn context_length(&self) -> usize {
        self.config().text_config.max_position_embeddings
    }

    /// Where the weights are.
    pub fn device(&self) -> &Device {
        &self.inner.device
    }

    /// Bytes of a number in the towers: 4 in f32.
    pub fn number_bytes(&self) -> usize {
        self.inner.dtype.size_in_bytes()
    }

    /// Bytes of all weights.
    pub fn weight_bytes(&self) -> u64 {
        self.inner.weight_bytes
    }

    /// How often the towers were asked for since the model was loaded: what was known already and needed no pass counts
    /// as if it had, so that these numbers do not depend on what is kept on the disk.
    pub fn passes(&self) -> Passes {
        self.inner.passes.read()
    }

    /// How often the towers really ran since the model was loaded.
    pub fn spent(&self) -> Passes {
        self.inner.passes.read_spent()
    }

    /// What the towers compute in.
    pub fn dtype(&self) -> DType {
        self.inner.dtype
    }

    /// Whether `other` is a clone of this very model.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// A short name for tables.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The SHA-256 of the weights.
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Mean of each channel that pixels are normalised with.
    pub fn mean(&self) -> [f32; 3] {
        self.inner.preprocess.mean
    }

    /// Standard deviation of each channel that pixels are normalised with.
    pub fn std(&self) -> [f32; 3] {
        self.inner.preprocess.std
    }

    /// What the model expects of its pixels.
    pub fn preprocess(&self) -> &Preprocess {
        &self.inner.preprocess
    }
}

impl std::fmt::Debug for FrozenClip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrozenClip").field("name", &self.inner.name).field("digest", &self.inner.digest).finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_runs_and_counts() {
        let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
        let size = clip.input_size();
        let pixels = Tensor::randn(0f32, 1.0, (5, 3, size, size), &Device::Cpu).unwrap();
        let features = clip.encode_images(&pixels).unwrap();
        assert_eq!(features.dims(), [5, clip.embed_dim()]);
        let one = clip.encode_images(&pixels.narrow(0, 3, 1).unwrap()).unwrap();
        let (a, b) = (one.to_vec2::<f32>().unwrap(), features.to_vec2::<f32>().unwrap());
        assert!(a[0].iter().zip(&b[3]).all(|(a, b)| (a - b).abs() < 1e-5));
        let prompts = ["a photo of a dog.", "Zebra éß 漢字 !?"].map(String::from);
        assert_eq!(clip.encode_prompts(&prompts).unwrap().dims(), [2, clip.embed_dim()]);
        let want = Passes { image: 2, image_rows: 6, text: 1, text_rows: 2, text_backward: 0 };
        assert_eq!(clip.passes(), want);
        let long = vec!["word ".repeat(80)];
        assert!(clip.encode_prompts(&long).unwrap_err().to_string().contains("the model takes 77"));
    }

    fn without_tokenizer(vocabulary: usize, end: u32) -> Result<FrozenClip> {
        let config = format!(
            r#"{{"projection_dim":4,
                "text_config":{{"hidden_size":4,"intermediate_size":4,"num_hidden_layers":1,"num_attention_heads":1,
                                "max_position_embeddings":9,"vocab_size":{vocabulary},"eos_token_id":{end}}},
                "vision_config":{{"hidden_size":4,"intermediate_size":4,"num_hidden_layers":1,"num_attention_heads":1,
                                 "image_size":4,"patch_size":4}}}}"#
        );
        let config = ClipConfig::from_json(&config)?;
        let model = ClipModel::random(&config, &crate::rng::RngTree::new(5), &Device::Cpu)?;
        let files = ModelFiles {
            name: "bare".into(),
            digest: String::new(),
            preprocess: Preprocess::clip(4),
            config,
            tokenizer: None,
            tensors: model.trainable_vars().iter().map(|v| (v.name.clone(), v.var.as_detached_tensor())).collect(),
        };
        FrozenClip::from_files(files, &Device::Cpu, DType::F32)
    }

    #[test]
    fn without_a_tokenizer_it_is_openais_where_that_fits() {
        // 2 is what OpenAI's published configs say; it stands for the last id.
        for end in [2, 49_407] {
            let clip = without_tokenizer(49_408, end).unwrap();
            let prompts = ["a photo of a dog.".to_owned()];
            assert_eq!(clip.encode_prompts(&prompts).unwrap().dims(), [1, 4]);
            let ids = clip.tokenizer().tokenize_full(&prompts[0]).unwrap();
            assert_eq!(ids, [49_406, 320, 1125, 539, 320, 1929, 269, 49_407]);
        }
        for (vocabulary, end) in [(49_407, 49_406), (49_410, 49_409), (600, 599)] {
            let message = without_tokenizer(vocabulary, end).err().unwrap().to_string();
            let want = format!(
                "OpenAI's tokenizer (49408 ids, end 49407) does not belong to config.json ({vocabulary} ids, end {end}): \
                 the model needs a tokenizer.json of its own"
            );
            assert_eq!(message, want);
        }
    }
}
