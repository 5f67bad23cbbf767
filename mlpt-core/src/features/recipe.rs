//! Everything that a row's numbers hang on, beside the image's bytes.

use super::probe::probe;
use crate::clip::FrozenClip;
use crate::data::Transform;
use crate::files::sha256_hex;
use crate::{Error, Result};
use candle_core::DeviceLocation;
use serde::{Deserialize, Serialize};

/// It rises when the same recipe would give other numbers, or the files are laid out anew.
const VERSION: u32 = 1;

/// How pictures become features. Two recipes that differ in anything have a file each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Version of the files.
    pub version: u32,
    /// Version of the program.
    pub program: String,
    /// SHA-256 of the model's weights.
    pub model: String,
    /// Every setting of the test transform.
    pub transform: String,
    /// What the towers compute in.
    pub precision: String,
    /// `cpu`, `cuda` or `metal`.
    pub device: String,
    /// SHA-256 of what this machine makes of a picture that is always the same, from JPEG bytes to the last bit of the
    /// features. A processor, driver or library that rounds in another way has another one, and so has a model whose
    /// weights mean something else (another activation, say).
    pub probe: String,
}

impl Recipe {
    /// The recipe that `clip` and the test transform `transform` follow on this machine.
    ///
    /// # Errors
    /// When the transform draws at random, or a tensor operation fails.
    pub fn new(clip: &FrozenClip, transform: &Transform) -> Result<Self> {
        let settings = transform.test_settings();
        let settings = settings.ok_or_else(|| Error::invalid("features of random views cannot be kept"))?;
        let device = match clip.device().location() {
            DeviceLocation::Cpu => "cpu",
            DeviceLocation::Cuda { .. } => "cuda",
            DeviceLocation::Metal { .. } => "metal",
        };
        Ok(Self {
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            model: clip.digest().to_owned(),
            transform: settings,
            precision: clip.dtype().as_str().to_owned(),
            device: device.to_owned(),
            probe: probe(clip, transform)?,
        })
    }

    /// The name of its file, without an ending.
    ///
    /// # Errors
    /// Never in practice: the fields are texts.
    pub(super) fn name(&self) -> Result<String> {
        let text = serde_json::to_string(self).map_err(|e| Error::invalid(format!("a recipe: {e}")))?;
        Ok(sha256_hex(text.as_bytes())[..NAME].to_owned())
    }
}

/// Length of a file's name.
const NAME: usize = 32;

/// Whether `stem` can be a recipe's (or an index's) name.
pub(super) fn is_name(stem: &str) -> bool {
    stem.len() == NAME && stem.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
