//! What `tests/golden/epochs.py` wrote down.

use crate::parity::device::device;
use candle_core::{DType, Tensor};
use mlpt_core::{Error, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// `epochs.json`, with the tensors of `epochs.safetensors` and the tokenizer beside it.
#[derive(Deserialize)]
pub(super) struct Golden {
    /// The model's `config.json`.
    pub(super) config: serde_json::Value,
    pub(super) class_names: Vec<String>,
    /// Given labels of the pool.
    pub(super) labels: Vec<usize>,
    pub(super) scenarios: Vec<Scenario>,
    #[serde(skip)]
    pub(super) tensors: HashMap<String, Tensor>,
    #[serde(skip)]
    pub(super) tokenizer: String,
}

/// One training, from given first contexts.
#[derive(Deserialize)]
pub(super) struct Scenario {
    pub(super) name: String,
    /// The learners' names, and the tensors that they start from.
    pub(super) learners: Vec<String>,
    pub(super) first: Vec<String>,
    /// Settings by key, as on the command line.
    pub(super) settings: BTreeMap<String, String>,
    pub(super) epochs: Vec<Epoch>,
}

/// What one epoch came to.
#[derive(Deserialize)]
pub(super) struct Epoch {
    pub(super) lr: f64,
    pub(super) steps: Vec<Step>,
    /// Clean probabilities of the pool, by learner; none in the warm-up.
    pub(super) clean: Vec<Vec<f64>>,
    /// Pool indices that count as clean, by learner.
    pub(super) labelled: Vec<Vec<usize>>,
}

/// What one step came to.
#[derive(Deserialize)]
pub(super) struct Step {
    pub(super) learner: String,
    pub(super) loss: f64,
    pub(super) loss_x: Option<f64>,
    pub(super) loss_u: Option<f64>,
    pub(super) acc: f64,
    pub(super) grad_norm: f64,
}

impl Golden {
    /// Reads all three files.
    ///
    /// # Errors
    /// When one is missing or is not what the script writes.
    pub(super) fn read() -> Result<Self> {
        let mut golden: Self =
            serde_json::from_str(&read("epochs.json")?).map_err(|e| Error::invalid(format!("epochs.json: {e}")))?;
        let path = folder().join("epochs.safetensors");
        golden.tensors = candle_core::safetensors::load(&path, device())
            .map_err(|e| Error::invalid(format!("{}: {e}", path.display())))?;
        golden.tokenizer = read("epochs_tokenizer.json")?;
        Ok(golden)
    }

    /// A tensor by name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn tensor(&self, name: &str) -> Result<&Tensor> {
        self.tensors.get(name).ok_or_else(|| Error::invalid(format!("epochs.safetensors has no '{name}'")))
    }

    /// A tensor's numbers.
    ///
    /// # Errors
    /// When there is none of this name.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f64>> {
        numbers(self.tensor(name)?)
    }
}

/// A tensor's numbers, row by row.
///
/// # Errors
/// When a tensor operation fails.
pub(super) fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    Ok(tensor.detach().to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn read(name: &str) -> Result<String> {
    let path = folder().join(name);
    std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))
}
