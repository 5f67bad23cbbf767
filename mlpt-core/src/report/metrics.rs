//! `metrics.jsonl`: the figures of every epoch.

use super::LossHistogram;
use crate::event::JSONL_VERSION;
use crate::files::read_text;
use crate::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What `metrics.jsonl` tells of epochs; single steps are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// The learners in the order in which an epoch trains them.
    pub learners: Vec<String>,
    /// Number of epochs that were asked for.
    pub max_epoch: usize,
    /// Figures by name (`train/loss`, `detection/prompt_learner1/auroc`): epoch and value, in order. A value
    /// that was not finite is left out.
    pub scalars: BTreeMap<String, Vec<(usize, f64)>>,
    /// Losses of the pool, in the order of the file.
    pub histograms: Vec<LossHistogram>,
    /// Warnings, each once.
    pub warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    v: u32,
    #[serde(flatten)]
    told: Told,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Told {
    Start {
        max_epoch: usize,
        learners: Vec<String>,
    },
    Scalar {
        name: String,
        epoch: usize,
        value: Option<f64>,
    },
    Histogram(LossHistogram),
    Warning {
        text: String,
    },
    #[serde(other)]
    Other,
}

impl Metrics {
    /// Reads the file.
    ///
    /// # Errors
    /// With the line that is no event, or is of another version.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&read_text(path)?).map_err(|(line, fault)| Error::data(path, format!("line {line}: {fault}")))
    }

    fn parse(text: &str) -> std::result::Result<Self, (usize, String)> {
        let mut all = Self::default();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line).map_err(|e| (number, format!("is no event: {e}")))?;
            if line.v != JSONL_VERSION {
                let fault = format!("has version {}; this program reads version {JSONL_VERSION}", line.v);
                return Err((number, fault));
            }
            match line.told {
                Told::Start { max_epoch, learners } => {
                    all.max_epoch = max_epoch;
                    all.learners = learners;
                }
                Told::Scalar { name, epoch, value: Some(value) } => {
                    all.scalars.entry(name).or_default().push((epoch, value));
                }
                Told::Histogram(histogram) => {
                    if let Some(fault) = histogram.fault() {
                        return Err((number, fault));
                    }
                    all.histograms.push(histogram);
                }
                Told::Warning { text } if !all.warnings.contains(&text) => all.warnings.push(text),
                Told::Scalar { value: None, .. } | Told::Warning { .. } | Told::Other => {}
            }
        }
        Ok(all)
    }

    /// The figures whose names begin with `prefix`, without it.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [(usize, f64)])> {
        self.scalars.iter().filter_map(move |(name, values)| Some((name.strip_prefix(prefix)?, values.as_slice())))
    }

    /// The epochs that have a histogram, in order.
    pub fn histogram_epochs(&self) -> Vec<usize> {
        let mut epochs: Vec<usize> = self.histograms.iter().map(|h| h.epoch).collect();
        epochs.sort_unstable();
        epochs.dedup();
        epochs
    }
}
