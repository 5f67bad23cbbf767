//! Checkpoints of the published Python: `<learner>/model.pth.tar-<epoch>`.

use crate::weights::{StateDict, read_state_dict};
use crate::{Error, Result};
use candle_core::Tensor;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const STEM: &str = "model.pth.tar-";
/// In front of what was learnt, where the whole model was saved (MaPLe, RMaPLe, IVLP).
const LEARNER: &str = "prompt_learner.";
/// In the names of prompts that sit in the towers themselves (IVLP; VPT, which has no others).
const IN_TOWER: &str = "VPT";
/// Buffers that follow from the class names.
const BUFFERS: [&str; 2] = ["token_prefix", "token_suffix"];
/// The frozen model, which those checkpoints hold beside it.
const FROZEN: [&str; 3] = ["image_encoder.", "text_encoder.", "logit_scale"];

/// Folders of Dassl's names for whole models (MaPLe and RMaPLe; IVLP), whose one learner we call as we call any.
const WHOLE_MODELS: [&str; 2] = ["MultiModalPromptLearner", "VLPromptLearner"];

/// Two mechanisms whose checkpoints lie in folders of one name: a tensor that both have, and one that only the second has.
const SIBLINGS: [(&str, &str); 2] = [("MaPLe", "proj.weight"), ("RMaPLe", "weightNet.weight")];

/// The folders below `dir` in which the Python may have saved `learner`.
pub(super) fn published_folders(dir: &Path, learner: &str) -> impl Iterator<Item = PathBuf> {
    let names = std::iter::once(learner.to_owned()).chain(WHOLE_MODELS.map(str::to_owned));
    let dir = dir.to_owned();
    names.map(move |name| dir.join(name))
}

/// The published checkpoint of `learner` after `epoch` epochs below `dir`, where there is one.
pub(super) fn published_path(dir: &Path, learner: &str, epoch: usize) -> Option<PathBuf> {
    published_folders(dir, learner).map(|folder| folder.join(format!("{STEM}{epoch}"))).find(|path| path.exists())
}

/// The published checkpoint of `learner` that was best on validation, where there is one.
pub(super) fn published_best(dir: &Path, learner: &str) -> Option<PathBuf> {
    published_folders(dir, learner).map(|folder| folder.join("model-best.pth.tar")).find(|path| path.exists())
}

/// The epoch in the name of a published checkpoint.
pub(super) fn published_epoch(name: &str) -> Option<usize> {
    name.strip_prefix(STEM)?.parse().ok()
}

/// Whether `path` is named as a published checkpoint is.
pub(super) fn is_published(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|name| name.contains(".pth"))
}

/// What a published checkpoint has learnt, and for how many epochs.
pub(super) struct Published {
    /// `ctx` of CoOp and MLPT; `meta_net.*` with it of CoCoOp; `compound_prompts_text.*` and more of MaPLe and RMaPLe; of VPT and
    /// IVLP the prompts in the towers, under their whole names.
    pub(super) tensors: BTreeMap<String, Tensor>,
    /// Finished epochs.
    pub(super) epoch: Option<usize>,
    /// Accuracy on the validation split in percent, where it was measured.
    pub(super) val_accuracy: Option<f64>,
}

impl Published {
    /// Reads a `.pth.tar`: what the learner of CoOp, CoCoOp or MLPT saved, or the whole model of MaPLe,
    /// RMaPLe, VPT or IVLP, of which only what was learnt is kept.
    ///
    /// # Errors
    /// When it is no such file, or nothing in it was learnt: the message says what it holds.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let StateDict { tensors, epoch, val_result, .. } = read_state_dict(path)?;
        let whole = tensors.keys().any(|name| name.starts_with(LEARNER) || name.contains(IN_TOWER));
        let names: Vec<String> = tensors.keys().take(4).cloned().collect();
        let learnt: BTreeMap<String, Tensor> = tensors
            .into_iter()
            .filter_map(|(name, tensor)| {
                let name = match name.strip_prefix(LEARNER) {
                    Some(rest) => rest.to_owned(),
                    None if whole && FROZEN.iter().any(|f| name.starts_with(f)) && !name.contains(IN_TOWER) => {
                        return None;
                    }
                    None => name,
                };
                (!BUFFERS.contains(&name.as_str())).then_some((name, tensor))
            })
            .collect();
        if !learnt.contains_key("ctx") && !learnt.keys().any(|name| name.contains(IN_TOWER)) {
            return Err(Error::model(
                path,
                format!(
                    "holds no prompt that CoOp, CoCoOp, VPT, IVLP, MaPLe, RMaPLe or MLPT saved, but {}, ...",
                    names.join(", ")
                ),
            ));
        }
        let epoch = epoch.and_then(|e| usize::try_from(e).ok());
        Ok(Self { tensors: learnt, epoch, val_accuracy: val_result })
    }

    /// The sibling of `mechanism` that saved this, where it was not `mechanism` itself.
    pub(super) fn unlike(&self, mechanism: &str) -> Option<&'static str> {
        let saved_by = SIBLINGS.iter().rev().find(|(_, tensor)| self.tensors.contains_key(*tensor))?.0;
        (saved_by != mechanism && SIBLINGS.iter().any(|(sibling, _)| *sibling == mechanism)).then_some(saved_by)
    }
}
