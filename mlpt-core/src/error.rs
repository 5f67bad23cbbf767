//! The one error type of the libraries.

use std::path::{Path, PathBuf};

/// What every fallible function of the libraries returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. Every message names the thing at fault and, where there is one, the cure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A tensor operation failed: a fault of the program, or out of memory.
    #[error("tensor operation failed: {0}")]
    Tensor(#[from] candle_core::Error),

    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// A name that no registry entry answers to.
    #[error("{}", unknown_name(kind, name, nearest, known))]
    UnknownName {
        /// What was asked for: `trainer`, `data set`, ...
        kind: &'static str,
        /// The name as given.
        name: String,
        /// The most similar known names, best first.
        nearest: Vec<String>,
        /// Every known name.
        known: Vec<String>,
    },

    /// One or more faults in the settings; all of them at once.
    #[error("{}", .0.join("\n"))]
    Config(Vec<String>),

    /// A data set, an image or a split file is not as it should be.
    #[error("{}: {message}", path.display())]
    Data {
        /// The file or folder at fault.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },

    /// A model or checkpoint is not as it should be.
    #[error("{}: {message}", path.display())]
    Model {
        /// The file or folder at fault.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },

    /// A loss, gradient or parameter is not finite. The run stops.
    #[error("{tensor} is not finite (epoch {epoch}, batch {batch}): lower OPTIM.LR or look at the data")]
    NonFinite {
        /// The first tensor at fault, by name.
        tensor: String,
        /// One-based epoch.
        epoch: usize,
        /// One-based batch.
        batch: usize,
    },

    /// The run was asked to stop; what it had finished is kept.
    #[error("stopped on request after epoch {epoch}; run the same command again to go on")]
    Interrupted {
        /// Number of epochs that are finished and saved.
        epoch: usize,
    },

    /// Anything else that the user can mend, in one plain sentence.
    #[error("{0}")]
    Invalid(String),
}

impl Error {
    /// An [`Error::Invalid`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    /// An [`Error::Io`] at `path`.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io { path: path.as_ref().to_owned(), source }
    }

    /// An [`Error::Data`] at `path`.
    pub fn data(path: impl AsRef<Path>, message: impl Into<String>) -> Self {
        Self::Data { path: path.as_ref().to_owned(), message: message.into() }
    }

    /// An [`Error::Model`] at `path`.
    pub fn model(path: impl AsRef<Path>, message: impl Into<String>) -> Self {
        Self::Model { path: path.as_ref().to_owned(), message: message.into() }
    }
}

fn unknown_name(kind: &str, name: &str, nearest: &[String], known: &[String]) -> String {
    let list = if nearest.is_empty() { known } else { nearest };
    let lead = if nearest.is_empty() { "known" } else { "did you mean" };
    format!("unknown {kind} '{name}'; {lead}: {}? `mlpt list` shows all {}", list.join(", "), known.len())
}
