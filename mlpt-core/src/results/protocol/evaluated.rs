//! What `mlpt eval` left in a run directory.

use super::target::TargetKey;
use crate::engine::{EVAL_VERSION, EvalResult, Scores, is_evaluation};
use crate::files::read_text;
use crate::results::run::agree;
use crate::results::same::short;
use crate::results::{Metric, Run};
use crate::{Error, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// One evaluation of a run.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// Its file.
    pub path: PathBuf,
    /// What it came to.
    pub result: EvalResult,
}

impl Evaluated {
    /// The evaluations that lie in a run's directory, by the names of their files.
    ///
    /// # Errors
    /// With the file, where one is broken, of another version, or not of this run.
    pub fn of(run: &Run) -> Result<Vec<Self>> {
        let entries = fs::read_dir(&run.dir).map_err(|e| Error::io(&run.dir, e))?;
        let entries: Vec<PathBuf> =
            entries.map(|e| e.map(|e| e.path())).collect::<std::io::Result<_>>().map_err(|e| Error::io(&run.dir, e))?;
        let ours = |path: &PathBuf| path.file_name().and_then(|n| n.to_str()).is_some_and(is_evaluation);
        let mut paths: Vec<PathBuf> = entries.into_iter().filter(ours).collect();
        paths.sort();
        let mut all = Vec::new();
        for path in paths {
            let result = read(&path)?;
            belongs(&path, &result, run)?;
            all.push(Self { path, result });
        }
        Ok(all)
    }

    pub(super) fn target(&self) -> TargetKey {
        TargetKey { dataset: self.result.dataset.clone(), subsample: self.result.classes }
    }

    /// The figure of the trained model, or of the one without training.
    pub(super) fn figure(&self, metric: Metric, zero_shot: bool) -> Option<f64> {
        metric.of_scores(if zero_shot { &self.result.zero_shot } else { &self.result.scores })
    }

    /// The file's name.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

fn read(path: &Path) -> Result<EvalResult> {
    let cure = "evaluate again, or remove the file";
    let broken = |what: String| Error::data(path, format!("is no whole evaluation: {what}; {cure}"));
    let value: Value = serde_json::from_str(&read_text(path)?).map_err(|e| broken(e.to_string()))?;
    match value.get("version").and_then(Value::as_u64) {
        Some(version) if version != u64::from(EVAL_VERSION) => {
            let message = format!("has version {version}; this program reads version {EVAL_VERSION}; {cure}");
            return Err(Error::data(path, message));
        }
        _ => {}
    }
    let result: EvalResult = serde_json::from_value(value).map_err(|e| broken(e.to_string()))?;
    for scores in [&result.scores, &result.zero_shot] {
        if !agree(scores) {
            let Scores { total, correct, accuracy, .. } = scores;
            return Err(broken(format!("{correct} right of {total} is not an accuracy of {accuracy} %")));
        }
    }
    Ok(result)
}

/// An evaluation with another trainer or model than the run's says nothing about the run.
fn belongs(path: &Path, found: &EvalResult, run: &Run) -> Result<()> {
    let r = &run.result;
    let (model, own) = (short(&found.model_digest), short(&r.model_digest));
    let known = !found.model_digest.is_empty() && !r.model_digest.is_empty();
    let cases = [
        ("trainer", found.trainer.clone(), r.trainer.clone()),
        ("mechanisms", found.mechanisms.join(" + "), r.mechanisms.join(" + ")),
        (
            "model",
            if known { model.to_owned() } else { String::new() },
            if known { own.to_owned() } else { String::new() },
        ),
    ];
    match cases.into_iter().find(|(_, there, here)| there != here) {
        None => Ok(()),
        Some((what, there, here)) => Err(Error::data(
            path,
            format!(
                "is no evaluation of the run beside it: its {what} is {there}, and the run's {here}; remove the file"
            ),
        )),
    }
}
