//! All tables of a protocol.

use super::checks::{Trained, nothing};
use super::table::wanted;
use super::{Evaluated, Protocol, ProtocolTable};
use crate::data::Subsample;
use crate::results::group::TableKey;
use crate::results::{CONFIDENCE, Found, Options, Run, Skipped, Source};
use crate::{Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Version of the JSON document. It rises when a field changes its meaning.
pub const PROTOCOL_VERSION: u32 = 1;

/// Tables of a protocol.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProtocolReport {
    /// Version of this document.
    pub version: u32,
    /// Which protocol.
    pub protocol: Protocol,
    /// Path of the figure in `result.json`.
    pub metric: String,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// One a data set that was trained on, model, number of shots and split.
    pub tables: Vec<ProtocolTable>,
    /// Runs that were started and have no result.
    pub unfinished: Vec<PathBuf>,
    /// Runs of Dassl, which this program has no evaluations of.
    pub skipped: Vec<Skipped>,
}

/// Puts runs and what they were evaluated on into tables. Runs share a row as they share a cell in
/// [`report`](crate::results::report); evaluations are those in the run directories. `targets` names the
/// data sets to transfer to, in order; none means all that there are.
///
/// # Errors
/// When nothing fits the protocol, an evaluation is broken or there twice, or runs do not belong together.
pub fn protocol(found: &Found, protocol: Protocol, targets: &[String], options: &Options) -> Result<ProtocolReport> {
    protocol.check(options.metric)?;
    let mut groups: BTreeMap<TableKey, Vec<Trained<'_>>> = BTreeMap::new();
    let (runs, others): (Vec<&Run>, Vec<&Run>) = found.runs.iter().partition(|run| run.source == Source::Mlpt);
    for run in runs.iter().copied() {
        if protocol == Protocol::BaseToNew && run.subsample != Subsample::Base {
            continue;
        }
        let trained = Trained { run, evaluations: Evaluated::of(run)? };
        groups.entry(TableKey::of(run)).or_default().push(trained);
    }
    let evaluated = |name: &String| {
        let mut all = groups.values().flatten().flat_map(|t| &t.evaluations);
        all.any(|e| e.result.dataset.eq_ignore_ascii_case(name))
    };
    if let Some(unknown) = targets.iter().find(|name| !evaluated(name)) {
        return Err(Error::invalid(format!("--targets: no run was evaluated on a data set called '{unknown}'")));
    }
    let mut tables = Vec::new();
    for (key, runs) in groups {
        let columns = wanted(protocol, &key, &runs, targets);
        if !columns.is_empty() {
            tables.push(ProtocolTable::of(key, &runs, protocol, &columns, options)?);
        }
    }
    if tables.is_empty() {
        return Err(nothing(protocol, &runs));
    }
    Ok(ProtocolReport {
        version: PROTOCOL_VERSION,
        protocol,
        metric: options.metric.name().to_owned(),
        confidence: CONFIDENCE,
        tables,
        unfinished: found.unfinished.clone(),
        skipped: found.skipped.iter().cloned().chain(others.into_iter().map(of_dassl)).collect(),
    })
}

fn of_dassl(run: &Run) -> Skipped {
    Skipped { dir: run.dir.clone(), reason: "it is a run of Dassl, which has no evaluations for a protocol".to_owned() }
}
