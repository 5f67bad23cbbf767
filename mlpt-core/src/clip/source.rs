//! Where a model comes from.

use super::config::ClipConfig;
use super::model::ClipModel;
use super::preprocess::Preprocess;
use crate::{Error, Result, files};
use candle_core::{DType, Device, Tensor};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A place that holds a model in Hugging Face's layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSource {
    /// The small model that is part of this program.
    BuiltIn,
    /// A folder with `config.json`, `model.safetensors`, `tokenizer.json` and, optionally,
    /// `preprocessor_config.json`.
    Directory(PathBuf),
}

/// What a source holds, read into memory.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    /// A short name for tables: `tiny-clip`, or the folder's name.
    pub name: String,
    /// The SHA-256 of the weights' file.
    pub digest: String,
    /// The model's shape.
    pub config: ClipConfig,
    /// What it expects of its pixels.
    pub preprocess: Preprocess,
    /// `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// The weights by name, as stored.
    pub tensors: BTreeMap<String, Tensor>,
}

/// Names that the field's configs use for published weights.
const PUBLISHED: [&str; 9] =
    ["RN50", "RN101", "RN50x4", "RN50x16", "RN50x64", "ViT-B/32", "ViT-B/16", "ViT-L/14", "ViT-L/14@336px"];

const BUILT_IN_NAME: &str = "tiny-clip";

macro_rules! asset {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/tiny-clip/", $name))
    };
}

impl ModelSource {
    /// `""`, `builtin`, `tiny` and `tiny-clip` are the built-in model; anything else is a folder.
    ///
    /// # Errors
    /// When it is neither; a published backbone's name gets an answer of its own.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if ["", "builtin", "tiny", BUILT_IN_NAME].iter().any(|n| n.eq_ignore_ascii_case(text)) {
            return Ok(Self::BuiltIn);
        }
        let path = Path::new(text);
        if path.is_dir() {
            return Ok(Self::Directory(path.to_owned()));
        }
        if PUBLISHED.iter().any(|n| n.eq_ignore_ascii_case(text) || n.replace('/', "-").eq_ignore_ascii_case(text)) {
            return Err(Error::invalid(format!(
                "backbone '{text}': published weights cannot be fetched yet; give a folder in Hugging Face's layout \
                 (config.json, model.safetensors, tokenizer.json), or 'builtin' for the model that is built in"
            )));
        }
        Err(Error::invalid(format!(
            "backbone '{text}' is neither a folder nor 'builtin'; a folder needs config.json, model.safetensors and \
             tokenizer.json"
        )))
    }

    /// What the model expects of its pixels, without reading its weights.
    ///
    /// # Errors
    /// When a file is missing or cannot be read.
    pub fn preprocess(&self) -> Result<Preprocess> {
        match self {
            Self::BuiltIn => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let preprocess = text(asset!("preprocessor_config.json"));
                pixels(&ClipConfig::from_json(&text(asset!("config.json")))?, Some(&preprocess))
            }
            Self::Directory(dir) => {
                complete(dir)?;
                let (config, preprocess) = descriptions(dir)?;
                let config = ClipConfig::from_json(&config);
                config.and_then(|c| pixels(&c, preprocess.as_deref())).map_err(|e| within(dir, e))
            }
        }
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When a file is missing or cannot be read.
    pub fn read(&self) -> Result<ModelFiles> {
        match self {
            Self::BuiltIn => {
                let config = String::from_utf8_lossy(asset!("config.json"));
                let preprocess = String::from_utf8_lossy(asset!("preprocessor_config.json"));
                let weights = asset!("model.safetensors");
                assemble(BUILT_IN_NAME, &config, Some(&preprocess), asset!("tokenizer.json").to_vec(), weights)
            }
            Self::Directory(dir) => read_folder(dir).map_err(|e| within(dir, e)),
        }
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

/// The error with its folder, where it names a file only.
fn within(dir: &Path, error: Error) -> Error {
    match error {
        Error::Invalid(message) => Error::model(dir, message),
        other => other,
    }
}

/// Whether a folder holds every file of a model.
fn complete(dir: &Path) -> Result<()> {
    let needed = ["config.json", "model.safetensors", "tokenizer.json"];
    let missing: Vec<&str> = needed.into_iter().filter(|name| !dir.join(name).is_file()).collect();
    if !missing.is_empty() {
        return Err(Error::model(
            dir,
            format!(
                "{} missing; the folder of a CLIP model in Hugging Face's layout holds {}",
                missing.join(" and ") + if missing.len() == 1 { " is" } else { " are" },
                needed.join(", ")
            ),
        ));
    }
    Ok(())
}

/// `config.json`, and `preprocessor_config.json` where there is one.
fn descriptions(dir: &Path) -> Result<(String, Option<String>)> {
    let preprocess = dir.join("preprocessor_config.json");
    let preprocess = if preprocess.is_file() { Some(files::read_text(&preprocess)?) } else { None };
    Ok((files::read_text(&dir.join("config.json"))?, preprocess))
}

fn read_folder(dir: &Path) -> Result<ModelFiles> {
    complete(dir)?;
    let bytes = |name: &str| std::fs::read(dir.join(name)).map_err(|e| Error::io(dir.join(name), e));
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let name = absolute.file_name().map_or_else(|| "model".into(), |n| n.to_string_lossy().into_owned());
    let (config, preprocess) = descriptions(dir)?;
    assemble(&name, &config, preprocess.as_deref(), bytes("tokenizer.json")?, &bytes("model.safetensors")?)
}

fn pixels(config: &ClipConfig, preprocess: Option<&str>) -> Result<Preprocess> {
    let size = config.vision_config.image_size;
    preprocess.map_or_else(|| Ok(Preprocess::clip(size)), |json| Preprocess::from_json(json, size))
}

fn assemble(
    name: &str,
    config: &str,
    preprocess: Option<&str>,
    tokenizer: Vec<u8>,
    weights: &[u8],
) -> Result<ModelFiles> {
    let config = ClipConfig::from_json(config)?;
    let preprocess = pixels(&config, preprocess)?;
    let tensors = candle_core::safetensors::load_buffer(weights, &Device::Cpu)
        .map_err(|e| Error::invalid(format!("model.safetensors cannot be read: {e}")))?;
    Ok(ModelFiles {
        name: name.to_owned(),
        digest: files::sha256_hex(weights),
        config,
        preprocess,
        tokenizer,
        tensors: tensors.into_iter().collect(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clip::{FrozenClip, tokenizer_train};
    use crate::rng::RngTree;

    /// A tiny model with random weights.
    fn random() -> (ClipModel, String) {
        let captions: Vec<String> = ["a photo of a", "a picture of the", "red circle", "blue square", "green triangle"]
            .iter()
            .map(|c| format!("{c} {c}."))
            .collect();
        let tokenizer = tokenizer_train::train(&captions, 768).unwrap();
        let ids = super::super::Tokenizer::from_bytes(tokenizer.as_bytes(), 77).unwrap();
        let mut config = ClipConfig::from_json(
            r#"{"projection_dim":32,
                "text_config":{"hidden_size":32,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":2},
                "vision_config":{"hidden_size":32,"intermediate_size":128,"num_hidden_layers":2,
                                 "num_attention_heads":2,"image_size":64,"patch_size":16}}"#,
        )
        .unwrap();
        config.text_config.vocab_size = ids.vocab_size();
        config.text_config.eos_token_id = ids.end();
        (ClipModel::random(&config, &RngTree::new(1).child("tiny"), &Device::Cpu).unwrap(), tokenizer)
    }

    #[test]
    fn names_of_sources() {
        assert_eq!(ModelSource::parse(" BuiltIn ").unwrap(), ModelSource::BuiltIn);
        let dir = tempfile::tempdir().unwrap();
        let given = ModelSource::parse(dir.path().to_str().unwrap()).unwrap();
        assert_eq!(given, ModelSource::Directory(dir.path().to_owned()));
        for published in ["RN50", "ViT-B/16", "vit-b-32"] {
            let message = ModelSource::parse(published).unwrap_err().to_string();
            assert!(message.contains("cannot be fetched yet") && message.contains("folder"), "{message}");
        }
        assert!(ModelSource::parse("no/such").unwrap_err().to_string().contains("neither"));
    }

    #[test]
    fn faults_of_a_folder_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let source = ModelSource::Directory(dir.path().to_owned());
        let fault = || FrozenClip::load(&source, &Device::Cpu).unwrap_err().to_string();
        std::fs::write(at("config.json"), "{}").unwrap();
        let message = fault();
        assert!(message.contains("model.safetensors and tokenizer.json are missing"), "{message}");

        let (model, tokenizer) = random();
        write_model(dir.path(), &model, &tokenizer, &Preprocess::clip(64), DType::F16).unwrap();
        let clip = FrozenClip::load(&source, &Device::Cpu).unwrap();
        assert_eq!((clip.input_size(), clip.embed_dim(), clip.text_width()), (64, 32, 32));

        // A wider text tower: the misshapen, the missing and the left-over are all in one message.
        let mut other = model.config().clone();
        other.text_config.hidden_size = 34;
        other.text_config.num_hidden_layers = 3;
        other.vision_config.num_hidden_layers = 1;
        std::fs::write(at("config.json"), other.to_json().unwrap()).unwrap();
        let message = fault();
        for part in ["is [", "and "] {
            assert!(message.contains(part), "{message}");
        }
        assert!(message.contains(dir.path().to_str().unwrap()), "{message}");

        let mut other = model.config().clone();
        other.text_config.num_hidden_layers = 1;
        std::fs::write(at("config.json"), other.to_json().unwrap()).unwrap();
        assert!(fault().contains("text_model.encoder.layers.1.layer_norm1.bias [32] is not known"), "{}", fault());
        other.text_config.num_hidden_layers = 3;
        std::fs::write(at("config.json"), other.to_json().unwrap()).unwrap();
        assert!(fault().contains("text_model.encoder.layers.2.layer_norm1.weight [32] is missing"), "{}", fault());
    }
}
