//! The run directory: what lies where, and whether a run may start there.

use super::evaluate::is_evaluation;
use super::lock::RunLock;
use super::recorded::Recorded;
use crate::files::temporary_of;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No run.
    Nothing,
    /// A run that was started; with its state where an epoch was finished.
    Unfinished {
        /// Whether there is a state to go on from.
        state: bool,
    },
    /// A run with its result.
    Finished,
}

/// What to do with a run that is in the way.
const CURE: &str = "give another --output-dir, or --overwrite to replace it";
/// The file in the folder `tensorboard`. TensorBoard knows it by the word in the middle; more of a name than that
/// would be the time or the machine.
const BOARD: &str = "events.out.tfevents.mlpt";

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

    /// The draw: items, labels, and what they hang on.
    pub fn draw(&self) -> PathBuf {
        self.path.join("draw.json")
    }

    /// Every picture that the run uses, with its digest.
    pub fn images(&self) -> PathBuf {
        self.path.join(IMAGES_FILE)
    }

    /// How clean the last epoch's learners held each pool item to be.
    pub fn clean(&self) -> PathBuf {
        self.path.join("clean.csv")
    }

    /// What the trained model took every test image for.
    pub fn predictions(&self) -> PathBuf {
        self.path.join("predictions.csv")
    }

    /// Every pool label, the most suspect first; written by an audit.
    pub fn audit(&self) -> PathBuf {
        self.path.join("audit.csv")
    }

    /// The report, where it is written without another place.
    pub fn report(&self) -> PathBuf {
        self.path.join("report.html")
    }

    /// Lines as Dassl prints them.
    pub fn log(&self) -> PathBuf {
        self.path.join("log.txt")
    }

    /// Every event.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// What TensorBoard shows.
    pub fn board(&self) -> PathBuf {
        self.path.join("tensorboard").join(BOARD)
    }

    /// The confusion matrix.
    pub fn confusion(&self) -> PathBuf {
        self.path.join("cmat.csv")
    }

    /// One line for each process that worked on the run.
    pub fn attempts(&self) -> PathBuf {
        self.path.join("attempts.jsonl")
    }

    /// Held by the process that is at work.
    pub(super) fn lock(&self) -> PathBuf {
        self.path.join("run.lock")
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
        match self.found(settings, input_known)? {
            Found::Finished => {
                let message = format!("holds this very run, finished (its result is in result.json); {CURE}");
                Err(Error::data(&self.path, message))
            }
            found => Ok(found),
        }
    }

    /// What of a run with these settings lies here; `input_known` as above.
    ///
    /// # Errors
    /// When a run with other settings lies here.
    pub(super) fn found(&self, settings: &Recorded, input_known: bool) -> Result<Found> {
        if !self.config().exists() {
            return Ok(Found::Nothing);
        }
        let recorded = Recorded::read(&self.config())?;
        if let Some((key, there, here)) = recorded.difference(settings, input_known) {
            let message = format!("holds a run with other settings: {key} is {there} there and {here} here; {CURE}");
            return Err(Error::data(&self.path, message));
        }
        Ok(match self.result().exists() {
            true => Found::Finished,
            false => Found::Unfinished { state: self.state().exists() },
        })
    }

    /// The settings of the run that lies here, where one does.
    pub(super) fn recorded(&self) -> Option<Recorded> {
        Recorded::read(&self.config()).ok()
    }

    /// Every file that a run writes beside those in folders below and its lock. config.toml comes last: as
    /// long as it is there, the folder is known to be a run's.
    fn files(&self) -> [PathBuf; 16] {
        [
            self.result(),
            self.state(),
            self.metrics(),
            self.log(),
            self.draw(),
            self.pool(),
            self.images(),
            self.clean(),
            self.confusion(),
            self.predictions(),
            self.audit(),
            self.report(),
            self.noise(),
            self.run(),
            self.attempts(),
            self.config(),
        ]
    }

    /// Removes the files of a run, and nothing else: the folder may hold what is not ours.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub(super) fn clear(&self) -> Result<()> {
        // config.toml is written last: a start that broke off has left its attempt only.
        if !self.config().exists() && !self.attempts().exists() {
            return Ok(());
        }
        for folder in self.folders() {
            for file in names(&folder).filter(|name| lies_below(name)) {
                let file = folder.join(file);
                fs::remove_file(&file).map_err(|e| Error::io(&file, e))?;
            }
            // Fails where it holds something else, and shall.
            let _ = fs::remove_dir(&folder);
        }
        // They are of the checkpoints that have just gone.
        let evaluations = names(&self.path).filter(|name| is_evaluation(name)).map(|name| self.path.join(name));
        for file in evaluations.chain(self.files()).filter(|file| file.exists()) {
            fs::remove_file(&file).map_err(|e| Error::io(&file, e))?;
        }
        Ok(())
    }

    /// Removes what processes that were killed while they wrote a file have left. Only for the
    /// holder of the lock: a living process may be about to rename its own.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub(super) fn remove_temporaries(&self) -> Result<()> {
        let own = self.files();
        let ours = |name: &str| own.iter().any(|file| file.file_name().is_some_and(|own| own == name));
        for folder in std::iter::once(self.path.clone()).chain(self.folders()) {
            let top = folder == self.path;
            let left = |name: &String| temporary_of(name).is_some_and(|t| if top { ours(t) } else { lies_below(t) });
            for file in names(&folder).filter(left) {
                let file = folder.join(file);
                fs::remove_file(&file).map_err(|e| Error::io(&file, e))?;
            }
        }
        Ok(())
    }

    fn folders(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.path) else { return Vec::new() };
        entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect()
    }
}

/// Whether a process is at work on the run in `run`.
pub fn at_work(run: &Path) -> bool {
    RunLock::look(&RunDir::new(run).lock()).is_err()
}

fn names(folder: &Path) -> impl Iterator<Item = String> {
    fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|e| e.file_name().into_string().ok())
}

/// Whether a file in a folder of the run is one of its own: a checkpoint, or what TensorBoard reads.
fn lies_below(name: &str) -> bool {
    name.starts_with("model.safetensors-") || name == "model-best.safetensors" || name == BOARD
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_a_runs_own_temporaries_go() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunDir::new(dir.path());
        fs::create_dir(dir.path().join("learner")).unwrap();
        let gone = [
            "state.safetensors.7-3.tmp",
            "result.json.9.tmp",
            "learner/model.safetensors-5.1-1.tmp",
            "learner/events.out.tfevents.mlpt.5-1.tmp",
        ];
        let kept = ["eval-Pets-test.json.7-3.tmp", "mine.7.tmp", "learner/mine.7.tmp", "state.safetensors"];
        for name in gone.iter().chain(&kept) {
            fs::write(dir.path().join(name), "half").unwrap();
        }
        run.remove_temporaries().unwrap();
        assert!(gone.iter().all(|name| !dir.path().join(name).exists()));
        assert!(kept.iter().all(|name| dir.path().join(name).exists()));
    }
}
