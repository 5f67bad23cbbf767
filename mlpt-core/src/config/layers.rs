//! Layers of settings, and how they become one.

use super::file::{self, Setting};
use super::{Key, Origin, Preset, Schema, Value};
use crate::{Error, Registries, Result};
use std::path::Path;

/// What a model implies for the settings (input size, mean, deviation, filter), by the value of
/// `MODEL.BACKBONE.NAME`.
pub type ModelImplies<'a> = Box<dyn Fn(&str) -> Result<Vec<(String, Value)>> + 'a>;

/// How strong a layer is, weakest first. Below these stand the built-in defaults, what the model
/// implies, and the chosen data set's and trainer's own defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Run,
    Preset,
    DatasetFile,
    ConfigFile,
    Env,
    Flag,
    Override,
}

/// What one source says.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) origin: Origin,
    pub(super) settings: Vec<Setting>,
}

/// Collects layers in any order; [`Layers::resolve`](super::Layers::resolve) puts the stronger ones
/// above the weaker ones: built-in defaults, what the model implies, the data set's and the
/// trainer's own defaults, presets, data set files, config files, environment, flags, trailing
/// settings. Of two layers of the same kind the later wins.
///
/// Faults are kept and reported all at once by `resolve`.
pub struct Layers<'a> {
    pub(super) registries: &'a Registries,
    pub(super) schema: Schema,
    pub(super) layers: Vec<(Rank, Layer)>,
    pub(super) model: Option<ModelImplies<'a>>,
    pub(super) faults: Vec<String>,
}

impl<'a> Layers<'a> {
    /// No layer yet; every registered entry's keys are known.
    pub fn new(registries: &'a Registries) -> Self {
        let schema = Schema::assemble(registries);
        Self { registries, schema, layers: Vec::new(), model: None, faults: Vec::new() }
    }

    /// Makes more keys known: those of one command, such as `PRETRAIN.*`.
    pub fn keys(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.schema.extend(keys);
        self
    }

    /// The schema that layers are checked against.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Adds what the chosen model implies; the function is called once, with the resolved
    /// `MODEL.BACKBONE.NAME`.
    pub fn model(mut self, implies: impl Fn(&str) -> Result<Vec<(String, Value)>> + 'a) -> Self {
        self.model = Some(Box::new(implies));
        self
    }

    /// Adds a preset by name, or by path where `name` is a path of a file.
    pub fn preset(mut self, name: &str) -> Self {
        let path = Path::new(name);
        if path.extension().is_some() || path.components().count() > 1 {
            return self.file(Rank::Preset, path, Origin::Preset);
        }
        match Preset::named(name) {
            Ok(preset) => match file::from_toml(preset.text) {
                Ok(settings) => self.push(Rank::Preset, Origin::Preset(preset.name.to_owned()), settings),
                Err((line, message)) => self.faults.push(format!("preset {name}{line}: {message}")),
            },
            Err(error) => self.faults.push(error.to_string()),
        }
        self
    }

    /// Adds the settings of an earlier run, below every preset and file.
    pub fn weakest_file(self, path: impl AsRef<Path>) -> Self {
        self.file(Rank::Run, path.as_ref(), Origin::File)
    }

    /// Adds a data set's file (`--dataset-config-file`).
    pub fn dataset_file(self, path: impl AsRef<Path>) -> Self {
        self.file(Rank::DatasetFile, path.as_ref(), Origin::File)
    }

    /// Adds a config file (`--config-file`).
    pub fn config_file(self, path: impl AsRef<Path>) -> Self {
        self.file(Rank::ConfigFile, path.as_ref(), Origin::File)
    }

    /// Adds those variables that begin with `MLPT__`; `MLPT__OPTIM__LR` sets `OPTIM.LR`.
    pub fn env(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut ours: Vec<_> = variables.into_iter().filter(|(name, _)| name.starts_with("MLPT__")).collect();
        ours.sort();
        for (name, text) in ours {
            let path = name.trim_start_matches("MLPT__").replace("__", ".").to_uppercase();
            let setting = Setting { path, value: typed_text(&text), line: None };
            self.push(Rank::Env, Origin::Env(name), vec![setting]);
        }
        self
    }

    /// Adds one flag of the command line, such as `--seed` for `SEED`.
    pub fn flag(mut self, flag: &str, path: &str, value: impl Into<Value>) -> Self {
        let setting = Setting { path: path.to_uppercase(), value: value.into(), line: None };
        self.push(Rank::Flag, Origin::Flag(flag.to_owned()), vec![setting]);
        self
    }

    /// Adds the trailing settings of the command line: `KEY VALUE` pairs, `KEY=VALUE`, or both mixed.
    pub fn overrides<S: AsRef<str>>(mut self, words: &[S]) -> Self {
        let mut settings = Vec::new();
        let mut words = words.iter().map(AsRef::as_ref);
        while let Some(word) = words.next() {
            let (path, text) = match word.split_once('=') {
                Some((path, text)) => (path, Some(text)),
                None => (word, words.next()),
            };
            match text {
                Some(text) => {
                    settings.push(Setting { path: path.trim().to_uppercase(), value: typed_text(text), line: None });
                }
                None => self.faults.push(format!("command line: '{word}' has no value; write KEY VALUE or KEY=VALUE")),
            }
        }
        self.push(Rank::Override, Origin::Override, settings);
        self
    }

    /// Whether nobody chose a trainer, a data set, a preset or a config file.
    pub fn is_bare(&self) -> bool {
        let says_what = |s: &Setting| matches!(s.path.as_str(), "TRAINER.NAME" | "DATASET.NAME");
        self.faults.is_empty()
            && self.layers.iter().all(|(rank, l)| *rank >= Rank::Env && !l.settings.iter().any(says_what))
    }

    fn file(mut self, rank: Rank, path: &Path, origin: fn(String) -> Origin) -> Self {
        match file::read(path) {
            Ok(settings) => self.push(rank, origin(path.display().to_string()), settings),
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                let here = std::env::current_dir().map(|d| format!(" in {}", d.display())).unwrap_or_default();
                let looked = if path.is_relative() { here } else { String::new() };
                self.faults.push(format!("config file {} does not exist{looked}", path.display()));
            }
            Err(error) => self.faults.push(error.to_string()),
        }
        self
    }

    fn push(&mut self, rank: Rank, origin: Origin, settings: Vec<Setting>) {
        self.layers.push((rank, Layer { origin, settings }));
    }
}

/// Text of the command line or the environment; `null` and `None` unset a key.
fn typed_text(text: &str) -> Value {
    if matches!(text, "null" | "None") { Value::Null } else { Value::Str(text.to_owned()) }
}
