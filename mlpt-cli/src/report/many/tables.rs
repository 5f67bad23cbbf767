//! Means over the seeds.

use crate::report::page::{Block, Cell, Table};
use crate::tables::{Spread, grids};
use mlpt_core::Result;
use mlpt_core::results::{Found, Metric, Options, Report, report};

/// The tables of accuracy and, where some run has it, of finding wrong labels.
///
/// # Errors
/// When runs do not belong together.
pub(super) fn reports(found: &Found, allow_mixed: bool) -> Result<Vec<(Report, Metric)>> {
    let metrics = [Metric::Accuracy, Metric::DetectionAuroc];
    let there = metrics.into_iter().filter(|m| found.runs.iter().any(|run| m.of(run).is_some()));
    there
        .map(|metric| {
            let options = Options { metric, allow_mixed, by_noise: true, compare: None };
            Ok((report(found, &options)?, metric))
        })
        .collect()
}

/// A table for each data set, model, number of shots and split.
pub(super) fn blocks(report: &Report, metric: Metric) -> Vec<Block> {
    let cells = |row: Vec<String>| row.into_iter().map(Cell::from).collect();
    let tables = grids(report, metric, Spread::Deviation).into_iter().map(|grid| Table {
        head: grid.head,
        rows: grid.rows.into_iter().map(cells).collect(),
        words: grid.words,
        caption: grid.caption,
        ..Table::default()
    });
    tables.map(Block::Table).collect()
}
