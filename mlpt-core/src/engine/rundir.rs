//! The run directory: what lies where, and whether a run may start there.

use super::recorded::Recorded;
use crate::pretrain::IMAGES_FILE;
use crate::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of one run and the names of the files in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir {
    path: PathBuf,
}

/// What lies in a run directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No run.
    Nothing,
    /// A run that was started; with its state where an epoch was finished.
    Unfinished {
        /// Whether there is a state to go on from.
        state: bool,
    },
}

impl RunDir {
    /// The run directory at `path`, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Resolved settings with their origins.
    pub fn config(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// Versions, device, threads, digests.
    pub fn run(&self) -> PathBuf {
        self.path.join("run.json")
    }

    /// Given and true labels of the training items.
    pub fn noise(&self) -> PathBuf {
        self.path.join("noise.csv")
    }

    /// The same of the pool, where it is not the training items.
    pub fn pool(&self) -> PathBuf {
        self.path.join("pool.csv")
    }

    /// Every picture that the run uses, with its digest.
    pub fn images(&self) -> PathBuf {
        self.path.join(IMAGES_FILE)
    }

    /// How clean the last epoch's learners held each pool item to be.
    pub fn clean(&self) -> PathBuf {
        self.path.join("clean.csv")
    }

    /// Lines as Dassl prints them.
    pub fn log(&self) -> PathBuf {
        self.path.join("log.txt")
    }

    /// Every event.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// The rolling state.
    pub fn state(&self) -> PathBuf {
        self.path.join("state.safetensors")
    }

    /// The result; it is there when the run is finished.
    pub fn result(&self) -> PathBuf {
        self.path.join("result.json")
    }

    /// Whether a run with these settings may start or go on here. Before the model is loaded the
    /// settings of the input are not final (`input_known`) and are left out.
    ///
    /// # Errors
    /// When a finished run, or one with other settings, lies here.
    pub(super) fn look(&self, settings: &Recorded, input_known: bool) -> Result<Found> {
        if !self.config().exists() {
            return Ok(Found::Nothing);
        }
        let cure = "give another --output-dir, or --overwrite to replace it";
        let recorded = Recorded::read(&self.config())?;
        if let Some((key, there, here)) = recorded.difference(settings, input_known) {
            let message = format!("holds a run with other settings: {key} is {there} there and {here} here; {cure}");
            return Err(Error::data(&self.path, message));
        }
        if self.result().exists() {
            let message = format!("holds this very run, finished (its result is in result.json); {cure}");
            return Err(Error::data(&self.path, message));
        }
        Ok(Found::Unfinished { state: self.state().exists() })
    }

    /// The settings of the run that lies here, where one does.
    pub(super) fn recorded(&self) -> Option<Recorded> {
        Recorded::read(&self.config()).ok()
    }

    /// Removes the files of a run, and nothing else: the folder may hold what is not ours.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub(super) fn clear(&self) -> Result<()> {
        if !self.config().exists() {
            return Ok(());
        }
        let Ok(entries) = fs::read_dir(&self.path) else { return Ok(()) };
        for folder in entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()) {
            let Ok(files) = fs::read_dir(&folder) else { continue };
            for file in files.flatten().map(|e| e.path()) {
                let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
                if name.starts_with("model.safetensors-") || name == "model-best.safetensors" {
                    fs::remove_file(&file).map_err(|e| Error::io(&file, e))?;
                }
            }
            // Fails where it holds something else, and shall.
            let _ = fs::remove_dir(&folder);
        }
        // config.toml last: as long as it is there, the folder is known to be a run's.
        for file in [
            self.result(),
            self.state(),
            self.metrics(),
            self.log(),
            self.pool(),
            self.images(),
            self.clean(),
            self.path.join("cmat.csv"),
            self.noise(),
            self.run(),
            self.config(),
        ] {
            if file.exists() {
                fs::remove_file(&file).map_err(|e| Error::io(&file, e))?;
            }
        }
        Ok(())
    }
}
