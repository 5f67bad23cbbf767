//! A model's files, read into memory or written.

use super::folder::Folder;
use super::layout::{Layout, has_clip_vocabulary, paths};
use crate::clip::config::ClipConfig;
use crate::clip::describe::{infer, rename_weights};
use crate::clip::model::ClipModel;
use crate::clip::preprocess::Preprocess;
use crate::weights::{TensorFile, read_tensors};
use crate::{Error, Result, files};
use candle_core::{DType, Tensor};
use std::collections::BTreeMap;
use std::path::Path;

/// What a source holds, read into memory.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    /// A short name for tables: `tiny-clip`, `ViT-B/32`, or that of the folder, file or repository.
    pub name: String,
    /// The SHA-256 of the weights' file.
    pub digest: String,
    /// The model's shape.
    pub config: ClipConfig,
    /// What it expects of its pixels.
    pub preprocess: Preprocess,
    /// `tokenizer.json`; without it the tokenizer is OpenAI's.
    pub tokenizer: Option<Vec<u8>>,
    /// The weights by Hugging Face's names, as stored.
    pub tensors: BTreeMap<String, Tensor>,
}

impl ModelFiles {
    /// The model in `folder`.
    pub(super) fn in_folder(folder: &dyn Folder, name: String) -> Result<Self> {
        let layout = Layout::of(folder)?;
        let (weights, tokenizer) = paths(folder, &layout)?;
        let Some((config, preprocess)) = layout.described else { return Self::in_file(&weights, name) };
        let tokenizer = tokenizer.map(|path| std::fs::read(&path).map_err(|e| Error::io(path, e))).transpose()?;
        let TensorFile { tensors, digest, .. } = read_tensors(&weights)?;
        Ok(Self { name, digest, config, preprocess, tokenizer, tensors: rename_weights(tensors)? })
    }

    /// The model in one file of weights, whose shape the weights themselves tell.
    pub(super) fn in_file(path: &Path, name: String) -> Result<Self> {
        let TensorFile { tensors, digest, .. } = read_tensors(path)?;
        let tensors = rename_weights(tensors)?;
        let config = infer(&tensors)?;
        if !has_clip_vocabulary(&config) {
            return Err(Error::invalid(format!(
                "the vocabulary of {} tokens is not OpenAI's; put the file into a folder with config.json and \
                 tokenizer.json, and give the folder",
                config.text_config.vocab_size
            )));
        }
        let preprocess = Preprocess::clip(config.image_size());
        Ok(Self { name, digest, config, preprocess, tokenizer: None, tensors })
    }
}

/// Writes a model in Hugging Face's layout; its weights are stored in `dtype` (f16 halves the file).
///
/// # Errors
/// When a file cannot be written.
pub fn write_model(
    dir: &Path,
    model: &ClipModel,
    tokenizer: &str,
    preprocess: &Preprocess,
    dtype: DType,
) -> Result<()> {
    files::write_atomic(&dir.join("config.json"), model.config().to_json()?.as_bytes())?;
    files::write_atomic(&dir.join("preprocessor_config.json"), preprocess.to_json().as_bytes())?;
    files::write_atomic(&dir.join("tokenizer.json"), tokenizer.as_bytes())?;
    files::write_atomic(&dir.join("model.safetensors"), &model.to_safetensors(dtype)?)
}
