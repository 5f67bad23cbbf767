//! How a folder or repository holds a model: as Hugging Face's libraries write it, or as open_clip does.

use super::folder::Folder;
use crate::clip::config::ClipConfig;
use crate::clip::describe::read_open_clip;
use crate::clip::preprocess::Preprocess;
use crate::{Error, Result, files};
use serde_json::Value;
use std::path::PathBuf;

const CONFIG: &str = "config.json";
const OPEN_CLIP_CONFIG: &str = "open_clip_config.json";
const PREPROCESS: &str = "preprocessor_config.json";
const TOKENIZER: &str = "tokenizer.json";
/// The weights, best first.
const WEIGHTS: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];
const OPEN_CLIP_WEIGHTS: [&str; 2] = ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"];

/// How the names of weights end that come without any description.
const ENDINGS: [&str; 4] = [".pt", ".pth", ".bin", ".safetensors"];

/// Which files make up the model, and what the small ones say.
#[derive(Debug)]
pub(super) struct Layout {
    /// Shape and pixels; without a description the weights tell them.
    pub(super) described: Option<(ClipConfig, Preprocess)>,
    /// The name of the weights' file.
    pub(super) weights: String,
    /// The name of the tokenizer's file; without one it is OpenAI's.
    pub(super) tokenizer: Option<&'static str>,
}

impl Layout {
    /// Looks into `folder`. A repository in both layouts, as LAION's are, is read as Hugging Face's; one whose
    /// `config.json` is about something else, as timm's are, as open_clip's; one with a single file of weights and
    /// no description as that file, which is how OpenAI's archives lie about.
    pub(super) fn of(folder: &dyn Folder) -> Result<Self> {
        let first = |names: [&str; 2]| names.into_iter().find(|name| folder.has(name)).map(str::to_owned);
        let text = |name: &str| folder.file(name).and_then(|path| files::read_text(&path));
        let tokenizer = folder.has(TOKENIZER).then_some(TOKENIZER);
        let open_clip = folder.has(OPEN_CLIP_CONFIG);
        if folder.has(CONFIG) {
            let json = text(CONFIG)?;
            if !open_clip || (is_clip(&json) && first(WEIGHTS).is_some()) {
                let weights = first(WEIGHTS).ok_or_else(|| incomplete(folder))?;
                let config = ClipConfig::from_json(&json)?;
                let size = config.image_size();
                let preprocess = match folder.has(PREPROCESS) {
                    true => Preprocess::from_json(&text(PREPROCESS)?, size)?,
                    false => Preprocess::clip(size),
                };
                return Self { described: Some((config, preprocess)), weights, tokenizer }.checked(folder);
            }
        }
        if open_clip {
            let weights = first(OPEN_CLIP_WEIGHTS).ok_or_else(|| incomplete(folder))?;
            let described = Some(read_open_clip(&text(OPEN_CLIP_CONFIG)?)?);
            return Self { described, weights, tokenizer }.checked(folder);
        }
        let mut alone = folder.names();
        alone.retain(|name| ENDINGS.iter().any(|ending| name.ends_with(ending)));
        match <[String; 1]>::try_from(alone) {
            // Under its usual name it is a model that lacks its description.
            Ok([weights]) if weights != WEIGHTS[0] => Ok(Self { described: None, weights, tokenizer: None }),
            _ => Err(incomplete(folder)),
        }
    }

    /// A small model's tokenizer must lie beside it; only CLIP's own is known by heart.
    fn checked(self, folder: &dyn Folder) -> Result<Self> {
        match &self.described {
            Some((config, _)) if self.tokenizer.is_none() && !has_clip_vocabulary(config) => Err(incomplete(folder)),
            _ => Ok(self),
        }
    }
}

/// Whether a text tower reads OpenAI's vocabulary.
pub(super) fn has_clip_vocabulary(config: &ClipConfig) -> bool {
    config.text_config.vocab_size == 49_408 && config.end_id() == 49_407
}

fn is_clip(json: &str) -> bool {
    serde_json::from_str(json).is_ok_and(|v: Value| v["model_type"] == "clip")
}

/// What is missing, in the layout that the folder comes closest to.
fn incomplete(folder: &dyn Folder) -> Error {
    let (layout, config, weights) = match folder.has(OPEN_CLIP_CONFIG) {
        true => ("open_clip's", OPEN_CLIP_CONFIG, OPEN_CLIP_WEIGHTS),
        false => ("Hugging Face's", CONFIG, WEIGHTS),
    };
    let weights_there = weights.iter().any(|name| folder.has(name));
    let weights = weights.join(" or ");
    let parts = [(config, folder.has(config)), (&weights, weights_there), (TOKENIZER, folder.has(TOKENIZER))];
    let missing: Vec<&str> = parts.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect();
    Error::invalid(format!(
        "{} missing; the folder of a CLIP model in {layout} layout holds {config}, {} and {TOKENIZER}",
        missing.join(" and ") + if missing.len() == 1 { " is" } else { " are" },
        weights
    ))
}

/// Every file of a model, so that all can be fetched before one is read.
pub(super) fn paths(folder: &dyn Folder, layout: &Layout) -> Result<(PathBuf, Option<PathBuf>)> {
    let tokenizer = layout.tokenizer.map(|name| folder.file(name)).transpose()?;
    Ok((folder.file(&layout.weights)?, tokenizer))
}
