//! `metrics.jsonl`: the figures of every epoch.

use crate::event::{Event, Histogram, MetricsTail};
use crate::{Error, Result};
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
    pub histograms: Vec<Histogram>,
    /// Warnings, each once.
    pub warnings: Vec<String>,
}

impl Metrics {
    /// Reads the file.
    ///
    /// # Errors
    /// With the line that is no event, or is of another version.
    pub fn read(path: &Path) -> Result<Self> {
        let mut all = Self::default();
        for event in MetricsTail::whole(path)? {
            match event {
                Event::Start { max_epoch, learners, .. } => {
                    all.max_epoch = max_epoch;
                    all.learners = learners;
                }
                Event::Scalar { name, epoch, value } if value.is_finite() => {
                    all.scalars.entry(name).or_default().push((epoch, value));
                }
                Event::Histogram(histogram) => match histogram.fault() {
                    Some(fault) => return Err(Error::data(path, fault)),
                    None => all.histograms.push(histogram),
                },
                Event::Warning { text } if !all.warnings.contains(&text) => all.warnings.push(text),
                _ => {}
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
