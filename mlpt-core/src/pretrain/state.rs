//! The state that a stopped pre-training goes on from: one file, tensors and progress together.

use crate::checkpoint::Archive;
use crate::optim::Optimizer;
use crate::prompt::NamedVar;
use crate::{Error, Result};
use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const KIND: &str = "pre-training state";

/// Everything that is no tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Steps taken.
    pub step: usize,
    /// Digest of settings and sources; another one cannot be resumed.
    pub fingerprint: String,
    /// Lines of the curve so far.
    pub curve: Vec<String>,
}

fn file(dir: &Path) -> PathBuf {
    dir.join("pretrain.state")
}

/// Writes the whole state or leaves the old one.
pub(super) fn save(dir: &Path, progress: &Progress, params: &[NamedVar], optimizer: &dyn Optimizer) -> Result<()> {
    let mut tensors: BTreeMap<String, Tensor> =
        params.iter().map(|p| (format!("param.{}", p.name), p.var.as_detached_tensor())).collect();
    tensors.extend(optimizer.state().into_iter().map(|(name, t)| (format!("optim.{name}"), t)));
    Archive { meta: progress.clone(), tensors }.save(&file(dir), KIND)
}

/// Puts back what [`save`] wrote; `None` where nothing was.
pub(super) fn load(
    dir: &Path,
    fingerprint: &str,
    params: &[NamedVar],
    optimizer: &mut dyn Optimizer,
    device: &Device,
) -> Result<Option<Progress>> {
    let path = file(dir);
    if !path.is_file() {
        return Ok(None);
    }
    let Archive { meta, mut tensors } = Archive::<Progress>::load(&path, KIND, device)?;
    if meta.fingerprint != fingerprint {
        let cure =
            "was begun with other settings or other pictures; give another --output-dir, or delete it to start again";
        return Err(Error::model(&path, cure));
    }
    for param in params {
        let name = format!("param.{}", param.name);
        let tensor = tensors.remove(&name).ok_or_else(|| Error::model(&path, format!("has no tensor {name}")))?;
        param.var.set(&tensor)?;
    }
    let moments = tensors.into_iter().filter_map(|(k, t)| Some((k.strip_prefix("optim.")?.to_owned(), t))).collect();
    optimizer.load_state(&moments)?;
    Ok(Some(meta))
}

/// Removes the state once the model is finished.
pub(super) fn clear(dir: &Path) -> Result<()> {
    let path = file(dir);
    if path.is_file() {
        std::fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
    }
    Ok(())
}
