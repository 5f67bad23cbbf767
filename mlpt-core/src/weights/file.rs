//! What the rest of the program calls.

use super::archive::Archive;
use super::rebuild::Found;
use super::sniff::{Container, Opened};
use super::{load, safetensors, torch};
use crate::{Error, Result};
use candle_core::Tensor;
use std::collections::BTreeMap;
use std::path::Path;

/// Who wrote a file of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The safetensors library.
    Safetensors,
    /// `torch.save` of a dict of tensors, since version 1.6 (a zip archive with a pickle in it).
    Torch,
    /// `torch.jit.save`, as OpenAI published CLIP: a zip archive with a tree of modules in it.
    TorchScript,
}

/// The tensors of a file.
#[derive(Clone, Debug)]
pub struct TensorFile {
    /// Who wrote it.
    pub format: Format,
    /// At least one tensor, by name, on the CPU, in the file's own types; `bool` is `U8` with 0 and 1.
    /// Of a torch file or a safetensors file a prefix `module.` that all names share is gone. A
    /// TorchScript archive does not tell a buffer from a plain attribute that is a tensor: both are here.
    pub tensors: BTreeMap<String, Tensor>,
    /// Plain numbers beside the tensors: `epoch` of a checkpoint, `input_resolution` of a module.
    pub numbers: BTreeMap<String, f64>,
    /// The SHA-256 of the file in lower-case hexadecimal.
    pub digest: String,
}

/// A training checkpoint in Dassl's layout (`model.pth.tar-50`).
#[derive(Clone, Debug)]
pub struct StateDict {
    /// What stands under `state_dict`: as in [`TensorFile::tensors`].
    pub tensors: BTreeMap<String, Tensor>,
    /// The number of finished epochs, where there is one.
    pub epoch: Option<i64>,
    /// The score on the validation split, where there is one.
    pub val_result: Option<f64>,
    /// The SHA-256 of the file in lower-case hexadecimal.
    pub digest: String,
}

/// Reads every tensor of a file of weights.
///
/// Of a torch file that is the dict at its top, or the one under `state_dict`, `model_state_dict`,
/// `model` or `module`; what an optimiser kept beside it is left alone. The pickle in it is never run.
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::Model`] that says what the file is instead and
/// what to do, where it holds no tensors that can be read.
pub fn read_tensors(path: &Path) -> Result<TensorFile> {
    let mut opened = Opened::open(path)?;
    let (format, found) = match opened.container {
        Container::Safetensors => (Format::Safetensors, safetensors::find(&mut opened)?),
        Container::Zip => {
            let archive = Archive::open(&mut opened)?;
            torch::find(&archive).map_err(|e| Error::model(path, e))?
        }
    };
    finish(opened, format, found)
}

/// Reads a training checkpoint: the tensors under `state_dict` and the numbers beside it.
///
/// # Errors
/// As [`read_tensors`]; and where there is no dict of tensors under `state_dict`.
pub fn read_state_dict(path: &Path) -> Result<StateDict> {
    let mut opened = Opened::open(path)?;
    if opened.container != Container::Zip {
        return Err(Error::model(
            path,
            "is a safetensors file, not a training checkpoint with a state_dict; give the file that torch.save wrote \
             (model.pth.tar-50)",
        ));
    }
    let archive = Archive::open(&mut opened)?;
    let found = torch::find_state_dict(&archive).map_err(|e| Error::model(path, e))?;
    let file = finish(opened, Format::Torch, found)?;
    let epoch = file.numbers.get("epoch").filter(|e| e.fract() == 0.0).map(|e| *e as i64);
    let val_result = file.numbers.get("val_result").copied();
    Ok(StateDict { tensors: file.tensors, epoch, val_result, digest: file.digest })
}

fn finish(mut opened: Opened, format: Format, found: Found) -> Result<TensorFile> {
    let mut views = found.views;
    // What DataParallel puts in front. A TorchScript module's names are its own.
    let prefix = "module.";
    if format != Format::TorchScript && views.keys().all(|name| name.starts_with(prefix)) {
        views = views.into_iter().map(|(name, view)| (name[prefix.len()..].to_owned(), view)).collect();
    }
    let (tensors, digest) = load::load(&mut opened, views)?;
    Ok(TensorFile { format, tensors, numbers: found.numbers, digest })
}
