//! All that a run directory holds for a report.

use super::{AuditTable, CleanTable, Facts, Metrics, Predictions, Setting, settings};
use crate::engine::RunDir;
use crate::results::Run;
use crate::{Error, Result};
use std::path::Path;

/// A finished run with everything that it has written. What it has not is `None`.
#[derive(Clone, Debug)]
pub struct RunFiles {
    /// `result.json` and the settings.
    pub run: Run,
    /// `run.json`.
    pub facts: Option<Facts>,
    /// `metrics.jsonl`.
    pub metrics: Option<Metrics>,
    /// `clean.csv`.
    pub clean: Option<CleanTable>,
    /// `audit.csv`.
    pub audit: Option<AuditTable>,
    /// `predictions.csv`.
    pub predictions: Option<Predictions>,
    /// Every line of `config.toml`.
    pub settings: Vec<Setting>,
}

impl RunFiles {
    /// Reads the run in `dir`.
    ///
    /// # Errors
    /// With the file that is damaged or not of this run.
    pub fn read(dir: &Path) -> Result<Self> {
        let place = RunDir::new(dir);
        if !place.result().is_file() {
            let cure = match place.config().is_file() {
                true => "holds a run that is not finished: go on with `mlpt train --resume` and this folder",
                false => "holds no run: there is no result.json in it",
            };
            return Err(Error::data(dir, cure));
        }
        let run = Run::read(dir)?;
        let predictions = place.predictions();
        let files = Self {
            facts: there(&place.run(), Facts::read)?,
            metrics: there(&place.metrics(), Metrics::read)?,
            clean: there(&place.clean(), CleanTable::read)?,
            audit: there(&place.audit(), AuditTable::read)?,
            predictions: there(&predictions, Predictions::read)?,
            settings: settings(&place.config())?,
            run,
        };
        if let (Some(p), Some(scores)) = (&files.predictions, &files.run.result.scores)
            && p.rows.len() != scores.total
        {
            let (here, total) = (p.rows.len(), scores.total);
            let message = format!("is not of the run beside it: it has {here} images, and result.json counts {total}");
            return Err(Error::data(&predictions, message));
        }
        Ok(files)
    }

    /// The learners, in the order in which an epoch trains them.
    pub fn learners(&self) -> Vec<String> {
        let told = self.metrics.as_ref().map(|m| m.learners.clone()).unwrap_or_default();
        match (&self.clean, told.is_empty()) {
            (Some(clean), true) => clean.learners.clone(),
            _ => told,
        }
    }
}

fn there<T>(path: &Path, read: impl FnOnce(&Path) -> Result<T>) -> Result<Option<T>> {
    if path.is_file() { read(path).map(Some) } else { Ok(None) }
}
