//! One table of a protocol: methods at levels of noise by what they were tested on.

use super::checks::{Findings, Trained};
use super::figure::{average, harmonic, with_values};
use super::target::TargetKey;
use super::{Evaluated, Figure, Protocol, ProtocolRow, Target, TargetKind};
use crate::Result;
use crate::data::Subsample;
use crate::results::cell::cell;
use crate::results::group::{Footnotes, RowKey, TableKey, columns};
use crate::results::table::one_ground;
use crate::results::{Cell, Member, Options, Run, label, notes, zero_shot};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Methods by what they were tested on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProtocolTable {
    /// Registry name of the data set that was trained on.
    pub dataset: String,
    /// On which of its classes.
    pub subsample: Subsample,
    /// Name of the model.
    pub backbone: String,
    /// SHA-256 of the model; empty where it is not recorded.
    pub model_digest: String,
    /// Training images a class; -1 means all.
    pub shots: i64,
    /// What was evaluated: `test` or `val`.
    pub split: String,
    /// What was tested on, and what is computed from it.
    pub columns: Vec<Target>,
    /// Methods: without training first, then by label and level of noise.
    pub rows: Vec<ProtocolRow>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// What is mixed, by number from 1.
    pub footnotes: Vec<String>,
}

/// The targets of a table's runs; none where there is nothing to show.
pub(super) fn wanted(protocol: Protocol, key: &TableKey, runs: &[Trained<'_>], names: &[String]) -> Vec<TargetKey> {
    if protocol == Protocol::BaseToNew {
        return vec![TargetKey { dataset: key.dataset.clone(), subsample: Subsample::New }];
    }
    let all: BTreeSet<TargetKey> = runs
        .iter()
        .flat_map(|t| t.evaluations.iter().filter(|e| e.result.split == t.run.result.split))
        .map(Evaluated::target)
        .filter(|target| target.dataset != key.dataset)
        .collect();
    if names.is_empty() {
        return all.into_iter().collect();
    }
    let called =
        |name: &String| all.iter().filter(|t| t.dataset.eq_ignore_ascii_case(name)).cloned().collect::<Vec<_>>();
    names.iter().flat_map(called).collect()
}

impl ProtocolTable {
    /// The table of `runs` and `targets`, of each of which there is one at least.
    pub(super) fn of(
        key: TableKey,
        runs: &[Trained<'_>],
        protocol: Protocol,
        targets: &[TargetKey],
        options: &Options,
    ) -> Result<Self> {
        let source = TargetKey { dataset: key.dataset.clone(), subsample: key.subsample };
        let title = source.label();
        let (mut footnotes, mut findings) = (Footnotes::default(), Findings::default());
        let own: Vec<&Run> = runs.iter().map(|t| t.run).collect();
        let mut remarks = one_ground(&own, &title, options)?;
        remarks.extend(zero_shot::disagreement(&own));
        let trained: Vec<&Run> = own.iter().copied().filter(|run| !zero_shot::is_zero_shot(run)).collect();
        let levels = columns(&trained, &title, options, &mut footnotes)?;
        let keys: Vec<RowKey> =
            trained.iter().map(|run| RowKey::of(run)).collect::<BTreeSet<_>>().into_iter().collect();
        let labels: BTreeMap<RowKey, String> = keys.iter().cloned().zip(label::labels(&keys)).collect();
        remarks.extend(notes::levels(&levels, &labels));

        let mut rows = Vec::new();
        for (method, label) in &labels {
            for (level, runs_there) in &levels {
                let own: Vec<&Run> = runs_there.iter().copied().filter(|run| RowKey::of(run) == *method).collect();
                if own.is_empty() {
                    continue;
                }
                let place = format!("{label}, {}", level.label);
                let base = cell(own, options.metric, &place, options, &mut footnotes)?;
                let mut look = Look { runs, options, footnotes: &mut footnotes, findings: &mut findings };
                let base = look.fill(&base, &source, &place, true)?;
                let others = targets.iter().map(|target| look.fill(&base, target, &place, false));
                let others = others.collect::<Result<Vec<Cell>>>()?;
                rows.push(ProtocolRow::of(label, method.clone(), level, figures(protocol, base, others)));
            }
        }
        rows.sort_by_key(|row| row.label.to_lowercase());
        if let Some(row) = without_training(runs, protocol, targets, options)? {
            rows.insert(0, row);
        }
        let images = runs.iter().find_map(|t| Some(t.run.result.scores.as_ref()?.total)).or(findings.images(&source));
        let columns = heads(protocol, &source, images, targets, &findings);
        remarks.extend(findings.notes());
        Ok(Self {
            dataset: key.dataset,
            subsample: key.subsample,
            backbone: key.backbone,
            model_digest: key.model_digest,
            shots: key.shots,
            split: key.split,
            columns,
            rows,
            notes: remarks,
            footnotes: footnotes.0,
        })
    }
}

/// Looks up what runs came to on a target.
struct Look<'a, 'r> {
    runs: &'a [Trained<'r>],
    options: &'a Options,
    footnotes: &'a mut Footnotes,
    findings: &'a mut Findings,
}

impl Look<'_, '_> {
    /// A cell of the same members with their figures of `target`; with `keep`, figures that are there stay
    /// (the run's own result counts, whatever was evaluated again).
    fn fill(&mut self, like: &Cell, target: &TargetKey, place: &str, keep: bool) -> Result<Cell> {
        let mut values = Vec::new();
        for member in &like.members {
            let trained = self.runs.iter().find(|t| t.run.dir == member.dir);
            let Some(trained) = trained.filter(|_| !(keep && member.value.is_some())) else {
                values.push(member.value);
                continue;
            };
            let who = format!("{place}, seed {}", member.seed);
            let found = trained.on(target, self.options, self.footnotes)?;
            match found {
                None => self.findings.lacks(target, who, trained.run),
                Some(evaluated) => self.findings.uses(target, evaluated, &who, trained.run, self.options)?,
            }
            values.push(found.and_then(|e| e.figure(self.options.metric, false)));
        }
        Ok(with_values(like, values.into_iter()))
    }
}

/// The row of the model without training: each seed's figure from the first run or evaluation that has it.
fn without_training(
    runs: &[Trained<'_>],
    protocol: Protocol,
    targets: &[TargetKey],
    options: &Options,
) -> Result<Option<ProtocolRow>> {
    let mut by_seed: BTreeMap<u64, Vec<&Trained<'_>>> = BTreeMap::new();
    for trained in runs {
        by_seed.entry(trained.run.result.seed).or_default().push(trained);
    }
    let members = |value: &dyn Fn(&Trained<'_>) -> Option<f64>| {
        let of_seed = |all: &Vec<&Trained<'_>>| Some(Member::of(all.first()?.run, all.iter().find_map(|t| value(t))));
        Cell::new(by_seed.values().filter_map(of_seed).collect())
    };
    let metric = options.metric;
    let base = members(&|t| metric.of_scores(t.run.result.zero_shot.as_ref()?));
    // It is the same at every epoch.
    let latest = Options { allow_mixed: true, ..options.clone() };
    let on = |target: &TargetKey| {
        members(&|t| t.on(target, &latest, &mut Footnotes::default()).ok()?.and_then(|e| e.figure(metric, true)))
    };
    let others: Vec<Cell> = targets.iter().map(on).collect();
    let figures = figures(protocol, base, others);
    Ok(figures.iter().any(Option::is_some).then(|| ProtocolRow::without_training(figures)))
}

/// Source, targets, and what is computed from them.
fn figures(protocol: Protocol, base: Cell, others: Vec<Cell>) -> Vec<Option<Figure>> {
    let last = match (protocol, others.as_slice()) {
        (Protocol::BaseToNew, [new]) => harmonic(&base, new),
        (Protocol::BaseToNew, _) => None,
        (Protocol::Transfer, others) => average(&others.iter().collect::<Vec<_>>()),
    };
    std::iter::once(base).chain(others).map(Figure::of).chain([last]).collect()
}

fn heads(
    protocol: Protocol,
    source: &TargetKey,
    images: Option<usize>,
    targets: &[TargetKey],
    findings: &Findings,
) -> Vec<Target> {
    let (own, last) = match protocol {
        Protocol::BaseToNew => ("base".to_owned(), Target::computed("H", TargetKind::HarmonicMean)),
        Protocol::Transfer => (format!("source: {}", source.label()), Target::computed("average", TargetKind::Average)),
    };
    let label = |target: &TargetKey| if protocol == Protocol::BaseToNew { "new".to_owned() } else { target.label() };
    let others = targets.iter().map(|t| Target::of(t, label(t), TargetKind::Target, findings.images(t)));
    [Target::of(source, own, TargetKind::Source, images)].into_iter().chain(others).chain([last]).collect()
}
