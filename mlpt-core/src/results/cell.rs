//! One figure of a table: the runs that differ in nothing but the seed.

use super::group::Footnotes;
use super::same::{self, Difference};
use super::{Metric, Options, Run, Summary};
use crate::{Error, Result};
use serde::Serialize;
use std::path::PathBuf;

/// One run of a cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    /// Its seed.
    pub seed: u64,
    /// Its figure, where it was measured.
    pub value: Option<f64>,
    /// Its run directory, as it was found.
    pub dir: PathBuf,
    /// SHA-256 of its noise manifest.
    pub noise_digest: String,
    /// SHA-256 of the data that it drew from; empty where it is not recorded.
    pub data_digest: String,
    /// SHA-256 of its model; empty where it is not recorded.
    pub model_digest: String,
}

impl Member {
    pub(super) fn of(run: &Run, value: Option<f64>) -> Self {
        let r = &run.result;
        Self {
            seed: r.seed,
            value,
            dir: run.dir.clone(),
            noise_digest: r.noise.digest.clone(),
            data_digest: r.data_digest.clone(),
            model_digest: r.model_digest.clone(),
        }
    }
}

/// Runs of one method at one level of noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Over the members that have the figure; `None` where none has.
    pub summary: Option<Summary>,
    /// The runs, by seed.
    pub members: Vec<Member>,
    /// Numbers of its footnotes, from 1.
    pub footnotes: Vec<usize>,
}

impl Cell {
    /// A cell of these runs, which are taken to be alike.
    pub fn new(members: Vec<Member>) -> Self {
        let values: Vec<f64> = members.iter().filter_map(|m| m.value).collect();
        Self { summary: Summary::of(&values), members, footnotes: Vec::new() }
    }

    /// Seeds of the members that have the figure, in order.
    pub fn seeds(&self) -> Vec<u64> {
        self.members.iter().filter(|m| m.value.is_some()).map(|m| m.seed).collect()
    }
}

/// The cell of `runs`, of which there is one at least.
///
/// # Errors
/// When two of them differ in more than the seed, or do not differ in it, unless mixing is allowed;
/// then it has a footnote for each difference.
pub(super) fn cell(
    mut runs: Vec<&Run>,
    metric: Metric,
    place: &str,
    options: &Options,
    footnotes: &mut Footnotes,
) -> Result<Cell> {
    runs.sort_by(|a, b| (a.result.seed, &a.dir).cmp(&(b.result.seed, &b.dir)));
    let found = conflicts(&runs);
    if let (Some((a, b, what)), false) = (found.first(), options.allow_mixed) {
        return Err(refusal(a, b, what.as_ref(), place));
    }
    let mut cell = Cell::new(runs.iter().map(|run| Member::of(run, metric.of(run))).collect());
    for (a, b, what) in found {
        let text = match what {
            Some(difference) => difference.text(&a.dir, &b.dir),
            None => format!("seed {} is there twice, in {} and {}", a.result.seed, a.dir.display(), b.dir.display()),
        };
        cell.footnotes.push(footnotes.number(format!("{place}: {text}")));
    }
    Ok(cell)
}

/// Pairs of runs that do not belong together: for each run the first key in which it differs from the
/// first run, once a key; `None` stands for the same seed twice.
fn conflicts<'r>(runs: &[&'r Run]) -> Vec<(&'r Run, &'r Run, Option<Difference>)> {
    let mut found: Vec<(&Run, &Run, Option<Difference>)> = Vec::new();
    let Some((&first, others)) = runs.split_first() else { return found };
    for &run in others {
        if let Some(difference) = same::ground(first, run).or_else(|| same::settings(first, run))
            && !found.iter().any(|(.., known)| known.as_ref().is_some_and(|k| k.key == difference.key))
        {
            found.push((first, run, Some(difference)));
        }
    }
    let twins = runs.windows(2).filter(|pair| pair[0].result.seed == pair[1].result.seed);
    found.extend(twins.map(|pair| (pair[0], pair[1], None)));
    found
}

fn refusal(a: &Run, b: &Run, what: Option<&Difference>, place: &str) -> Error {
    let (one, other) = (a.dir.display(), b.dir.display());
    let (reason, cure) = match what {
        Some(Difference { key, values: [first, second] }) => (
            format!("{key} is {first} in the first and {second} in the second"),
            format!("give each value rows of its own (--by {key}), give the directories to two commands"),
        ),
        None => (format!("both have seed {}", a.result.seed), "leave one of them out".to_owned()),
    };
    Error::invalid(format!(
        "{one} and {other} do not belong in one cell ({}, {place}): {reason}; {cure}, or put them together with \
         --allow-mixed",
        a.result.dataset
    ))
}
