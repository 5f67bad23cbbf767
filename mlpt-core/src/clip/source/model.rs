//! The source itself.

use super::backbones::{Backbone, backbones};
use super::files::ModelFiles;
use super::folder::Folder;
use super::layout::{Layout, paths};
use super::repository::Repository;
use crate::clip::config::ClipConfig;
use crate::clip::preprocess::Preprocess;
use crate::hub::{Kind, Progress, RepoId, Silent};
use crate::{Error, Result, files};
use candle_core::Device;
use std::path::{Path, PathBuf};

/// A place that holds a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSource {
    /// The small model that is part of this program.
    BuiltIn,
    /// A folder in Hugging Face's or open_clip's layout.
    Directory(PathBuf),
    /// A file of weights under OpenAI's, open_clip's or Hugging Face's names: safetensors, a PyTorch file, or
    /// OpenAI's own TorchScript archives.
    File(PathBuf),
    /// A repository of the hub in either layout.
    Hub(RepoId),
}

/// In front of a repository's name in open_clip's commands.
const HUB_PREFIX: &str = "hf-hub:";

/// Endings of files of weights.
const ENDINGS: [&str; 5] = [".pt", ".pth", ".bin", ".safetensors", ".tar"];

const BUILT_IN_NAME: &str = "tiny-clip";

macro_rules! asset {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/tiny-clip/", $name))
    };
}

impl ModelSource {
    /// In this order: `""`, `builtin`, `tiny` and `tiny-clip` are the built-in model; what exists on the disk is a
    /// folder or file; `RN50` and its like are published models ([`Backbone`]); `org/name`, with or without
    /// `@revision` behind and `hf-hub:` in front, is a repository of the hub.
    ///
    /// # Errors
    /// When it is none of these; the message names what comes closest.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if ["", "builtin", "tiny", BUILT_IN_NAME].iter().any(|n| n.eq_ignore_ascii_case(text)) {
            return Ok(Self::BuiltIn);
        }
        let path = Path::new(text);
        if path.is_dir() {
            return Ok(Self::Directory(path.to_owned()));
        }
        if path.is_file() {
            return Ok(Self::File(path.to_owned()));
        }
        let (name, revision) = match text.split_once('@') {
            // `ViT-L/14@336px` is a name.
            Some((name, revision)) if Backbone::named(text).is_none() => (name, Some(revision)),
            _ => (text, None),
        };
        if let Some(backbone) = Backbone::named(name) {
            let repo = RepoId::parse(Kind::Model, backbone.hub)?;
            return Ok(Self::Hub(revision.map_or(Ok(repo.clone()), |r| repo.at(r))?));
        }
        let is_path = text.starts_with(['.', '~']) || path.is_absolute() || ENDINGS.iter().any(|e| text.ends_with(e));
        if let Some(id) = text.strip_prefix(HUB_PREFIX) {
            return Ok(Self::Hub(RepoId::parse(Kind::Model, id)?));
        }
        if name.contains('/') && !is_path {
            let repo = RepoId::parse(Kind::Model, text)
                .map_err(|e| Error::invalid(format!("backbone '{text}': there is no such folder, and {e}")))?;
            return Ok(Self::Hub(repo));
        }
        Err(Error::invalid(match is_path {
            true => format!("backbone '{text}': there is no such file or folder"),
            false => format!(
                "backbone '{text}' is neither a folder or file, nor one of {}, nor a repository of the hub (org/name){}",
                names().join(", "),
                nearest(text).map_or_else(String::new, |name| format!("; did you mean {name}?"))
            ),
        }))
    }

    /// What the model expects of its pixels, without reading its weights; `None` where only these tell the size, and
    /// the rest is [`Preprocess::clip`]'s.
    ///
    /// # Errors
    /// When a file is missing or cannot be read.
    pub fn preprocess(&self) -> Result<Option<Preprocess>> {
        self.preprocess_of(false)
    }

    /// The same without asking the hub: what is not in the cache is an error.
    ///
    /// # Errors
    /// As [`ModelSource::preprocess`].
    pub fn preprocess_if_here(&self) -> Result<Option<Preprocess>> {
        self.preprocess_of(true)
    }

    fn preprocess_of(&self, cached_only: bool) -> Result<Option<Preprocess>> {
        match self {
            Self::BuiltIn => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let size = ClipConfig::from_json(&text(asset!("config.json")))?.image_size();
                Preprocess::from_json(&text(asset!("preprocessor_config.json")), size).map(Some)
            }
            Self::Directory(dir) => self.pixels_in(&dir.as_path()),
            Self::File(_) => Ok(None),
            Self::Hub(repo) => self.pixels_in(&Repository::open(repo, &Silent, cached_only)?),
        }
    }

    fn pixels_in(&self, folder: &dyn Folder) -> Result<Option<Preprocess>> {
        let layout = Layout::of(folder).map_err(|e| self.place(e))?;
        Ok(layout.described.map(|(_, preprocess)| preprocess))
    }

    /// Whether reading it needs no network.
    pub fn is_here(&self) -> bool {
        let Self::Hub(repo) = self else { return true };
        // The small files tell which ones the large ones are.
        let local = |folder: Repository<'_>| Layout::of(&folder).and_then(|layout| paths(&folder, &layout));
        Repository::open(repo, &Silent, true).and_then(local).is_ok()
    }

    /// Brings every file of the model to the disk, so that [`ModelSource::read`] need not wait for a network.
    ///
    /// # Errors
    /// When the hub does not give one; the message says which setting to try.
    pub fn fetch(&self, progress: &dyn Progress) -> Result<Vec<PathBuf>> {
        match self {
            Self::BuiltIn => Ok(Vec::new()),
            Self::Directory(path) | Self::File(path) => Ok(vec![path.clone()]),
            Self::Hub(repo) => {
                let folder = Repository::open(repo, progress, false)?;
                let (weights, tokenizer) =
                    Layout::of(&folder).and_then(|layout| paths(&folder, &layout)).map_err(|e| self.place(e))?;
                Ok([Some(weights), tokenizer].into_iter().flatten().collect())
            }
        }
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When a file is missing or cannot be read.
    pub fn read(&self) -> Result<ModelFiles> {
        match self {
            Self::BuiltIn => built_in(),
            Self::Directory(dir) => {
                let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.clone());
                let name = absolute.file_name().map_or_else(|| "model".into(), |n| n.to_string_lossy().into_owned());
                ModelFiles::in_folder(&dir.as_path(), name)
            }
            Self::File(path) => {
                let name = path.file_stem().map_or_else(|| "model".into(), |n| n.to_string_lossy().into_owned());
                ModelFiles::in_file(path, name).map(|files| ModelFiles {
                    name: Backbone::with_digest(&files.digest).map_or(files.name, |b| b.name.to_owned()),
                    ..files
                })
            }
            Self::Hub(repo) => {
                let name = Backbone::in_repository(repo.id()).map_or(repo.id(), |b| b.name);
                ModelFiles::in_folder(&Repository::open(repo, &Silent, false)?, name.to_owned())
            }
        }
        .map_err(|e| self.place(e))
    }

    /// The error with its place, where it names none.
    pub(in crate::clip) fn place(&self, error: Error) -> Error {
        match (error, self) {
            (Error::Invalid(message), Self::Directory(path) | Self::File(path)) => Error::model(path, message),
            // The hub's own errors name the address or the file.
            (Error::Invalid(message), Self::Hub(repo)) if !message.contains(repo.id()) => {
                Error::invalid(format!("{repo}: {message}"))
            }
            (error, _) => error,
        }
    }
}

/// Every name that is known without the hub.
fn names() -> Vec<&'static str> {
    std::iter::once("builtin").chain(backbones().iter().map(|b| b.name)).collect()
}

fn nearest(text: &str) -> Option<&'static str> {
    let score = |name: &str| strsim::jaro_winkler(&name.to_ascii_lowercase(), &text.to_ascii_lowercase());
    let best = names().into_iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) > 0.8).then_some(best)
}

fn built_in() -> Result<ModelFiles> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let config = ClipConfig::from_json(&text(asset!("config.json")))?;
    let weights = asset!("model.safetensors");
    let tensors = candle_core::safetensors::load_buffer(weights, &Device::Cpu)?;
    Ok(ModelFiles {
        name: BUILT_IN_NAME.to_owned(),
        digest: files::sha256_hex(weights),
        preprocess: Preprocess::from_json(&text(asset!("preprocessor_config.json")), config.image_size())?,
        config,
        tokenizer: Some(asset!("tokenizer.json").to_vec()),
        tensors: tensors.into_iter().collect(),
    })
}
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clip::{ClipModel, FrozenClip, Tokenizer, tokenizer_train, write_model};
    use crate::rng::RngTree;
    use candle_core::DType;

    /// A tiny model with random weights.
    fn random() -> (ClipModel, String) {
        let captions: Vec<String> = ["a photo of a", "a picture of the", "red circle", "blue square", "green triangle"]
            .iter()
            .map(|c| format!("{c} {c}."))
            .collect();
        let tokenizer = tokenizer_train::train(&captions, 768).unwrap();
        let ids = Tokenizer::from_bytes(tokenizer.as_bytes(), 77).unwrap();
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
        let hub = |text: &str| match ModelSource::parse(text) {
            Ok(ModelSource::Hub(repo)) => repo.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(hub("RN50"), "timm/resnet50_clip.openai@main");
        assert_eq!(hub("vit-b-32@v2"), "openai/clip-vit-base-patch32@v2");
        assert_eq!(hub("ViT-L/14@336px"), "openai/clip-vit-large-patch14-336@main");
        assert_eq!(hub("laion/CLIP-ViT-B-32-laion2B-s34B-b79K"), "laion/CLIP-ViT-B-32-laion2B-s34B-b79K@main");
        assert_eq!(hub("hf-hub:a/b@0123"), "a/b@0123");
        let fault = |text: &str| ModelSource::parse(text).unwrap_err().to_string();
        assert!(fault("RN5").contains("did you mean RN50?"), "{}", fault("RN5"));
        assert!(fault("./no/such").contains("no such file or folder"));
        assert!(fault("weights/RN50.pt").contains("no such file or folder"));
        assert!(fault("a/b/c").contains("there is no such folder, and"), "{}", fault("a/b/c"));
    }

    #[test]
    fn faults_of_a_folder_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let source = ModelSource::Directory(dir.path().to_owned());
        let fault = || FrozenClip::load(&source, &Device::Cpu).unwrap_err().to_string();
        std::fs::write(at("config.json"), "{}").unwrap();
        let message = fault();
        assert!(message.contains("model.safetensors or pytorch_model.bin and tokenizer.json are missing"), "{message}");

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
