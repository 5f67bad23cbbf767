//! `<learner>/model.safetensors-<epoch>`: what one learner has learnt.

use super::published::{Published, is_published, published_best, published_epoch, published_folders, published_path};
use super::{Archive, load_parameters, parameter_tensors};
use crate::prompt::NamedVar;
use crate::{Error, Result};
use candle_core::Device;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const KIND: &str = "learner checkpoint";
const STEM: &str = "model.safetensors-";

/// What a learner's checkpoint says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearnerMeta {
    /// The learner's name, `prompt_learner1`.
    pub learner: String,
    /// Its mechanism's registry name, `CoOp`.
    pub mechanism: String,
    /// The backbone's name.
    pub backbone: String,
    /// The classes that it was trained on, by label; none where the checkpoint does not say.
    pub class_names: Vec<String>,
    /// Number of epochs that it was trained for.
    pub epoch: usize,
    /// Accuracy on the validation split in percent, where it was measured.
    pub val_accuracy: Option<f64>,
}

/// A learner's trainable tensors and their description.
pub type LearnerCheckpoint = Archive<LearnerMeta>;

impl LearnerCheckpoint {
    /// The tensors as they are now.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn of(parameters: &[NamedVar], meta: LearnerMeta) -> Result<Self> {
        Ok(Self { meta, tensors: parameter_tensors(parameters)? })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        self.save(path, KIND)
    }

    /// Reads the file at `path`, one of ours or of the published Python, that a learner with that `mechanism` left.
    ///
    /// # Errors
    /// When the file is missing (the message lists what there is) or is of another mechanism.
    pub fn read(path: &Path, mechanism: &str, device: &Device) -> Result<Self> {
        if !path.exists() {
            return Err(Error::model(path, missing(path)));
        }
        let other = |found: &str| {
            let message = format!("was trained with the mechanism {found}, not with {mechanism}");
            Err(Error::model(path, message))
        };
        if is_published(path) {
            let published = Published::read(path)?;
            if let Some(found) = published.unlike(mechanism) {
                return other(found);
            }
            let meta = LearnerMeta {
                learner: String::new(),
                mechanism: mechanism.to_owned(),
                backbone: String::new(),
                class_names: Vec::new(),
                epoch: published.epoch.unwrap_or_default(),
                val_accuracy: published.val_accuracy,
            };
            return Ok(Self { meta, tensors: published.tensors });
        }
        let loaded = Self::load(path, KIND, device)?;
        if loaded.meta.mechanism != mechanism { other(&loaded.meta.mechanism) } else { Ok(loaded) }
    }

    /// The same, put into `parameters`. Another number of classes is no fault where the shapes do not depend on it.
    ///
    /// # Errors
    /// As there, or when a tensor has another shape.
    pub fn load_into(path: &Path, mechanism: &str, parameters: &[NamedVar], device: &Device) -> Result<LearnerMeta> {
        let kept = Self::read(path, mechanism, device)?;
        load_parameters(path, parameters, &kept.tensors)?;
        Ok(kept.meta)
    }
}

/// The checkpoint of `learner` after `epoch` epochs below the run directory `dir`.
pub fn checkpoint_path(dir: &Path, learner: &str, epoch: usize) -> PathBuf {
    dir.join(learner).join(format!("{STEM}{epoch}"))
}

/// The checkpoint of `learner` that was best on the validation split.
pub fn best_path(dir: &Path, learner: &str) -> PathBuf {
    dir.join(learner).join("model-best.safetensors")
}

/// The checkpoint of `learner` after `epoch` epochs that there is below `dir`: ours, or else one that the published
/// Python wrote; where there is none, where ours would be.
pub fn find_checkpoint(dir: &Path, learner: &str, epoch: usize) -> PathBuf {
    let ours = checkpoint_path(dir, learner, epoch);
    if ours.exists() { ours } else { published_path(dir, learner, epoch).unwrap_or(ours) }
}

/// The same for the one that was best on the validation split.
pub fn find_best(dir: &Path, learner: &str) -> PathBuf {
    let ours = best_path(dir, learner);
    if ours.exists() { ours } else { published_best(dir, learner).unwrap_or(ours) }
}

/// The epochs whose checkpoints of `learner` lie below the run directory `dir`, ours and the Python's, in order.
pub fn list_epochs(dir: &Path, learner: &str) -> Vec<usize> {
    let entries = published_folders(dir, learner).filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let epoch = |name: &str| match name.strip_prefix(STEM) {
        Some(number) => number.parse().ok(),
        None => published_epoch(name),
    };
    let mut epochs: Vec<usize> = entries.flatten().filter_map(|e| epoch(e.file_name().to_str()?)).collect();
    epochs.sort_unstable();
    epochs.dedup();
    epochs
}

fn missing(path: &Path) -> String {
    let learner = path.parent();
    let epochs = match (learner.and_then(Path::parent), learner.and_then(Path::file_name).and_then(|n| n.to_str())) {
        (Some(dir), Some(name)) => list_epochs(dir, name),
        _ => Vec::new(),
    };
    if epochs.is_empty() {
        return "there is no such checkpoint, and none of another epoch beside it".to_owned();
    }
    let list: Vec<String> = epochs.iter().map(usize::to_string).collect();
    format!("there is no such checkpoint; there are those of epoch {} (--load-epoch N)", list.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::prompt::NamedVar;
    use candle_core::{DType, Tensor, Var};

    fn parameters(shape: (usize, usize)) -> Vec<NamedVar> {
        let var = Var::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        vec![NamedVar { name: "ctx".to_owned(), var }]
    }

    fn meta(epoch: usize) -> LearnerMeta {
        LearnerMeta {
            learner: "prompt_learner".to_owned(),
            mechanism: "CoOp".to_owned(),
            backbone: "tiny".to_owned(),
            class_names: vec!["cat".to_owned()],
            epoch,
            val_accuracy: None,
        }
    }

    #[test]
    fn a_checkpoint_is_a_snapshot_and_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let one = parameters((2, 3));
        one[0].var.set(&Tensor::ones((2, 3), DType::F32, &Device::Cpu).unwrap()).unwrap();
        let kept = LearnerCheckpoint::of(&one, meta(7)).unwrap();
        one[0].var.set(&Tensor::zeros((2, 3), DType::F32, &Device::Cpu).unwrap()).unwrap();
        let path = checkpoint_path(dir.path(), "prompt_learner", 7);
        kept.write(&path).unwrap();
        let first = std::fs::read(&path).unwrap();
        kept.write(&path).unwrap();
        assert_eq!(first, std::fs::read(&path).unwrap());

        let other = parameters((2, 3));
        assert_eq!(LearnerCheckpoint::load_into(&path, "CoOp", &other, &Device::Cpu).unwrap(), meta(7));
        assert_eq!(other[0].var.to_vec2::<f32>().unwrap(), [[1.0; 3]; 2]);
    }

    #[test]
    fn faults_name_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        for epoch in [10, 5] {
            let path = checkpoint_path(dir.path(), "prompt_learner", epoch);
            LearnerCheckpoint::of(&parameters((2, 3)), meta(epoch)).unwrap().write(&path).unwrap();
        }
        assert_eq!(list_epochs(dir.path(), "prompt_learner"), [5, 10]);
        let load = |epoch, mechanism: &str, shape| {
            let path = checkpoint_path(dir.path(), "prompt_learner", epoch);
            LearnerCheckpoint::load_into(&path, mechanism, &parameters(shape), &Device::Cpu).unwrap_err().to_string()
        };
        assert!(load(50, "CoOp", (2, 3)).contains("those of epoch 5, 10"));
        let message = load(5, "CoOp", (4, 3));
        assert!(message.contains("'ctx'") && message.contains("[2, 3]") && message.contains("[4, 3]"), "{message}");
        assert!(load(5, "MaPLe", (2, 3)).contains("mechanism CoOp"));
        let path = checkpoint_path(dir.path(), "prompt_learner", 5);
        let other_kind = LearnerCheckpoint::load(&path, "run state", &Device::Cpu).unwrap_err().to_string();
        assert!(other_kind.contains("it is a"), "{other_kind}");
        std::fs::write(&path, b"half a file").unwrap();
        assert!(load(5, "CoOp", (2, 3)).contains("is no learner checkpoint"));
    }
}
