//! A loss by its name.

use super::{LossConfig, absolute, active_passive, check, cross_entropy, double_softmax};
use super::{early_learning, generalized, huberised, symmetric};
use crate::{Error, Result};
use candle_core::Tensor;

/// Every name that `LOSS.NAME` can have.
pub const NAMES: [&str; 8] = ["ce", "gce", "sce", "mae", "nce-rce", "phuber-ce", "double-softmax-ce", "elr"];

/// A loss on logits. Every loss is computed in f32, is differentiable in the logits, and takes the
/// mean over the batch. Each one's formula stands in its own file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Cross-entropy.
    CrossEntropy,
    /// Generalised cross-entropy (Zhang & Sabuncu 2018).
    Generalized {
        /// From above 0 (cross-entropy in the limit) to 1 (mean absolute error).
        q: f64,
    },
    /// Symmetric cross-entropy (Wang et al. 2019).
    Symmetric {
        /// Weight of cross-entropy.
        alpha: f64,
        /// Weight of reverse cross-entropy.
        beta: f64,
    },
    /// Mean absolute error of probabilities (Ghosh et al. 2017).
    AbsoluteError,
    /// Normalised and reverse cross-entropy (Ma et al. 2020).
    ActivePassive {
        /// Weight of normalised cross-entropy.
        alpha: f64,
        /// Weight of reverse cross-entropy.
        beta: f64,
    },
    /// Partially Huberised cross-entropy (Menon et al. 2020).
    Huberised {
        /// Above 1; linear where the probability is at most `1 / tau`.
        tau: f64,
    },
    /// Cross-entropy of `softmax(softmax(logits))`.
    DoubleSoftmax,
    /// Cross-entropy with early-learning regularisation (Liu et al. 2020). It looks back: see
    /// [`RunningMeans`](super::RunningMeans).
    EarlyLearning {
        /// How much of the running mean a batch leaves, from 0 to below 1.
        beta: f64,
        /// Weight of the regulariser.
        lambda: f64,
    },
}

impl Loss {
    /// The loss that the settings ask for.
    ///
    /// # Errors
    /// All faults at once: an unknown name, a number out of range.
    pub fn new(config: &LossConfig) -> Result<Self> {
        let mut faults = config.faults();
        let loss = match config.name.to_ascii_lowercase().as_str() {
            "ce" => Self::CrossEntropy,
            "gce" => Self::Generalized { q: config.gce_q },
            "sce" => Self::Symmetric { alpha: config.sce_alpha, beta: config.sce_beta },
            "mae" => Self::AbsoluteError,
            "nce-rce" => Self::ActivePassive { alpha: config.apl_alpha, beta: config.apl_beta },
            "phuber-ce" => Self::Huberised { tau: config.phuber_tau },
            "double-softmax-ce" => Self::DoubleSoftmax,
            "elr" => Self::EarlyLearning { beta: config.elr_beta, lambda: config.elr_lambda },
            _ => {
                let known = NAMES.join(", ");
                faults.insert(0, format!("LOSS.NAME is '{}': it must be one of {known}", config.name));
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
            Self::Symmetric { .. } => "sce",
            Self::AbsoluteError => "mae",
            Self::ActivePassive { .. } => "nce-rce",
            Self::Huberised { .. } => "phuber-ce",
            Self::DoubleSoftmax => "double-softmax-ce",
            Self::EarlyLearning { .. } => "elr",
        }
    }

    /// The mean loss (a scalar) of logits `[B, C]` against labels `[B]`. `means` is what
    /// [`RunningMeans::update`](super::RunningMeans::update) gives for the same loss and logits: `[B, C]`
    /// for a loss that looks back, `None` for the others.
    ///
    /// # Errors
    /// When a shape does not fit, a label is not below `C`, or a loss that looks back is given no means.
    pub fn hard(&self, logits: &Tensor, labels: &Tensor, means: Option<&Tensor>) -> Result<Tensor> {
        let (batch, classes) = check::logits(logits)?;
        let labels = check::labels(labels, batch, classes)?;
        let index = Tensor::from_vec(labels, (batch, 1), logits.device())?;
        match self {
            Self::CrossEntropy => Ok(cross_entropy::hard(logits, &index)?),
            Self::Generalized { q } => Ok(generalized::hard(logits, &index, *q)?),
            _ => self.against(logits, &check::one_hot(&index, classes)?, means),
        }
    }

    /// The mean loss (a scalar) of logits `[B, C]` against target distributions `[B, C]`, which
    /// are taken as constants. A one-hot target gives what [`Loss::hard`] gives, which says what
    /// `means` are.
    ///
    /// # Errors
    /// When a shape does not fit, or a loss that looks back is given no means.
    pub fn soft(&self, logits: &Tensor, targets: &Tensor, means: Option<&Tensor>) -> Result<Tensor> {
        let (batch, classes) = check::logits(logits)?;
        self.against(logits, &check::targets(targets, batch, classes)?, means)
    }

    /// The loss against distributions that have been checked.
    fn against(&self, logits: &Tensor, targets: &Tensor, means: Option<&Tensor>) -> Result<Tensor> {
        Ok(match *self {
            Self::CrossEntropy => cross_entropy::soft(logits, targets)?,
            Self::Generalized { q } => generalized::soft(logits, targets, q)?,
            Self::Symmetric { alpha, beta } => symmetric::mean(logits, targets, alpha, beta)?,
            Self::AbsoluteError => absolute::mean(logits, targets)?,
            Self::ActivePassive { alpha, beta } => active_passive::mean(logits, targets, alpha, beta)?,
            Self::Huberised { tau } => huberised::mean(logits, targets, tau)?,
            Self::DoubleSoftmax => double_softmax::mean(logits, targets)?,
            Self::EarlyLearning { lambda, .. } => {
                let means = early_means(means, logits)?;
                (cross_entropy::soft(logits, targets)? + (early_learning::regularizer(logits, &means)? * lambda)?)?
            }
        })
    }
}

/// The running means, which have the logits' shape.
fn early_means(means: Option<&Tensor>, logits: &Tensor) -> Result<Tensor> {
    let (batch, classes) = check::logits(logits)?;
    let means = means.ok_or_else(|| {
        Error::invalid(
            "the loss elr looks back at earlier predictions, which this trainer does not keep: its author has to \
             hand it those of mlpt_core::loss::RunningMeans; choose another LOSS.NAME",
        )
    })?;
    check::targets(means, batch, classes)
}

/// The loss called `name`, with the other keys at their defaults.
///
/// # Errors
/// When there is none.
pub fn by_name(name: &str) -> Result<Loss> {
    Loss::new(&LossConfig { name: name.to_owned(), ..LossConfig::default() })
}
