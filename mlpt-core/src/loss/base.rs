//! A loss by its name.

use super::{LossConfig, check, cross_entropy, generalized};
use crate::{Error, Result};
use candle_core::Tensor;

/// A loss on logits. Every loss is computed in f32, is differentiable in the logits, and takes the
/// mean over the batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Cross-entropy.
    CrossEntropy,
    /// Generalised cross-entropy (Zhang & Sabuncu 2018).
    Generalized {
        /// From above 0 (cross-entropy in the limit) to 1 (mean absolute error).
        q: f64,
    },
}

impl Loss {
    /// The loss that the settings ask for.
    ///
    /// # Errors
    /// All faults at once: an unknown name, a q out of range.
    pub fn new(config: &LossConfig) -> Result<Self> {
        let mut faults = Vec::new();
        let q = config.gce_q;
        if !(q > 0.0 && q <= 1.0) {
            faults.push(format!("LOSS.GCE_Q is {q}: it must be greater than 0 and at most 1"));
        }
        let loss = match config.name.to_ascii_lowercase().as_str() {
            "ce" => Self::CrossEntropy,
            "gce" => Self::Generalized { q },
            _ => {
                faults.push(format!("LOSS.NAME is '{}': it must be one of ce, gce", config.name));
                Self::CrossEntropy
            }
        };
        if faults.is_empty() { Ok(loss) } else { Err(Error::Config(faults)) }
    }

    /// The name in `LOSS.NAME`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CrossEntropy => "ce",
            Self::Generalized { .. } => "gce",
        }
    }

    /// The mean loss (a scalar) of logits `[B, C]` against labels `[B]`.
    ///
    /// # Errors
    /// When a shape does not fit or a label is not below `C`.
    pub fn hard(&self, logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
        let (batch, classes) = check::logits(logits)?;
        let labels = check::labels(labels, batch, classes)?;
        let index = Tensor::from_vec(labels, (batch, 1), logits.device())?;
        Ok(match self {
            Self::CrossEntropy => cross_entropy::hard(logits, &index)?,
            Self::Generalized { q } => generalized::hard(logits, &index, *q)?,
        })
    }

    /// The mean loss (a scalar) of logits `[B, C]` against target distributions `[B, C]`, which
    /// are taken as constants. A one-hot target gives what [`Loss::hard`] gives.
    ///
    /// # Errors
    /// When a shape does not fit.
    pub fn soft(&self, logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
        let (batch, classes) = check::logits(logits)?;
        let targets = check::targets(targets, batch, classes)?;
        Ok(match self {
            Self::CrossEntropy => cross_entropy::soft(logits, &targets)?,
            Self::Generalized { q } => generalized::soft(logits, &targets, *q)?,
        })
    }
}

/// The loss called `name`, with the default q.
///
/// # Errors
/// When there is none.
pub fn by_name(name: &str) -> Result<Loss> {
    Loss::new(&LossConfig { name: name.to_owned(), ..LossConfig::default() })
}
