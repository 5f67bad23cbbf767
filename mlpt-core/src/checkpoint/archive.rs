//! A safetensors file whose metadata is one JSON document.

use crate::files::write_atomic;
use crate::{Error, Result};
use candle_core::{Device, Tensor};
use safetensors::SafeTensors;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Version of the checkpoint files. It rises when old files can no longer be read as new ones.
pub const FORMAT_VERSION: u32 = 1;

/// The one metadata key: a single key keeps the file's bytes the same for the same content.
const META_KEY: &str = "mlpt";

/// Named tensors and a description `M` of them.
#[derive(Clone, Debug)]
pub struct Archive<M> {
    /// The description.
    pub meta: M,
    /// The tensors.
    pub tensors: BTreeMap<String, Tensor>,
}

#[derive(serde::Deserialize, Serialize)]
struct Wrapped<M> {
    format: u32,
    kind: String,
    #[serde(flatten)]
    meta: M,
}

impl<M: Serialize + DeserializeOwned> Archive<M> {
    /// Writes the whole file or leaves the old one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path, kind: &str) -> Result<()> {
        let fault = |e: &dyn std::fmt::Display| Error::model(path, format!("cannot be made: {e}"));
        let wrapped = Wrapped { format: FORMAT_VERSION, kind: kind.to_owned(), meta: &self.meta };
        let json = serde_json::to_string(&wrapped).map_err(|e| fault(&e))?;
        let info = HashMap::from([(META_KEY.to_owned(), json)]);
        let bytes = safetensors::serialize(&self.tensors, Some(info)).map_err(|e| fault(&e))?;
        write_atomic(path, &bytes)
    }

    /// Reads a file of that `kind`.
    ///
    /// # Errors
    /// When there is none, or it is of another kind, a later version, or damaged.
    pub fn load(path: &Path, kind: &str, device: &Device) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
        let fault = |e: &dyn std::fmt::Display| Error::model(path, format!("is no {kind} of this program: {e}"));
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| fault(&e))?;
        let json = header.metadata().as_ref().and_then(|m| m.get(META_KEY));
        let json = json.ok_or_else(|| fault(&format!("its metadata has no '{META_KEY}'")))?;
        let version: serde_json::Value = serde_json::from_str(json).map_err(|e| fault(&e))?;
        match version["format"].as_u64() {
            Some(v) if v <= u64::from(FORMAT_VERSION) => {}
            v => {
                let v = v.map_or_else(|| "unknown".to_owned(), |v| v.to_string());
                let message = format!("has format {v}; this program reads up to {FORMAT_VERSION}");
                return Err(Error::model(path, message));
            }
        }
        if version["kind"] != kind {
            return Err(fault(&format!("it is a {}", version["kind"])));
        }
        let wrapped: Wrapped<M> = serde_json::from_str(json).map_err(|e| fault(&e))?;
        let tensors = candle_core::safetensors::load_buffer(&bytes, device).map_err(|e| fault(&e))?;
        Ok(Self { meta: wrapped.meta, tensors: tensors.into_iter().collect() })
    }
}
