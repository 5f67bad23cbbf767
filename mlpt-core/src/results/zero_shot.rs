//! The row of the model without training. Every run measures it, so it needs no runs of its own.

use super::cell::{Cell, Member};
use super::group::{Column, Row};
use super::{Metric, Run, Setup};

/// Its label.
const LABEL: &str = "zero-shot";

/// Whether `run` is of a trainer that trains nothing and scores as the model does without training:
/// it goes into the zero-shot row and needs none of its own.
pub(super) fn is_zero_shot(run: &Run) -> bool {
    !run.is_trained() && run.result.scores == run.result.zero_shot
}

/// The row, where `metric` is a score of a classifier and some run measured it. A cell has one member
/// a seed.
pub(super) fn row(columns: &[(Column, Vec<&Run>)], metric: Metric) -> Option<Row> {
    let cells: Vec<Option<Cell>> = columns.iter().map(|(_, runs)| cell(runs, metric)).collect();
    if cells.iter().all(Option::is_none) {
        return None;
    }
    let own = columns.iter().flat_map(|(_, runs)| runs).find(|run| is_zero_shot(run));
    let trainer = own.map(|run| run.result.trainer.clone()).unwrap_or_default();
    let (label, loss, setup) = (LABEL.to_owned(), String::new(), Setup::default());
    Some(Row { label, trainer, mechanisms: Vec::new(), loss, setup, by: Vec::new(), zero_shot: true, cells })
}

fn cell(runs: &[&Run], metric: Metric) -> Option<Cell> {
    let member = |run: &&Run| Some(Member::of(run, Some(metric.of_scores(run.result.zero_shot.as_ref()?)?)));
    let mut members: Vec<Member> = runs.iter().filter_map(member).collect();
    members.sort_by(|a, b| (a.seed, &a.dir).cmp(&(b.seed, &b.dir)));
    members.dedup_by_key(|m| m.seed);
    (!members.is_empty()).then(|| Cell::new(members))
}

/// What to say where two runs measured different figures: they did not look at the same pictures in
/// the same way, and their rows do not stand on the same ground.
pub(super) fn disagreement(runs: &[&Run]) -> Option<String> {
    let measured: Vec<(&Run, usize)> =
        runs.iter().filter_map(|run| Some((*run, run.result.zero_shot.as_ref()?.correct))).collect();
    measured.iter().enumerate().find_map(|(i, (a, one))| {
        let (b, other) = measured[i + 1..].iter().find(|(b, other)| {
            // The validation split is drawn anew for each seed.
            let alike = a.result.split == "test" || a.result.seed == b.result.seed;
            alike && one != other
        })?;
        Some(format!(
            "the model without training is not the same in all runs: it has {one} right in {} and {other} in {}",
            a.dir.display(),
            b.dir.display()
        ))
    })
}
