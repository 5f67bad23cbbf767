//! `run.json`: what a run was made with.

use crate::files::read_text;
use crate::{Error, Result};
use serde::Deserialize;
use std::path::Path;

/// Versions, device and digests. What an earlier version did not write is empty.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Version of the program.
    pub mlpt: String,
    /// Operating system and processor.
    pub system: String,
    /// Where it was computed.
    pub device: String,
    /// Number of threads.
    pub threads: usize,
    /// The model.
    pub model: ModelFacts,
    /// SHA-256 of all settings that make the run what it is.
    pub config_digest: String,
    /// SHA-256 of the noise manifest.
    pub noise_digest: String,
    /// Class names by label.
    pub class_names: Vec<String>,
    /// The zero-shot prompt.
    pub template: String,
}

/// The model of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ModelFacts {
    /// Its name.
    pub name: String,
    /// SHA-256 of its weights.
    pub digest: String,
}

impl Facts {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is no such JSON.
    pub fn read(path: &Path) -> Result<Self> {
        serde_json::from_str(&read_text(path)?).map_err(|e| Error::data(path, format!("is no whole run.json: {e}")))
    }
}
