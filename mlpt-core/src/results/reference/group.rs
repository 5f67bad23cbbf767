//! One of our figures, with all that a published one is looked up by.

use crate::data::Subsample;
use crate::data::noise::NoiseScope;
use crate::results::{Cell, Column, Report, Row, Run, Setup, Source, Summary, Table};
use serde::Serialize;

/// A cell of our tables: the runs of one method at one level of noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The program that made the runs.
    pub source: Source,
    /// Name of the data set.
    pub dataset: String,
    /// Of which classes.
    pub subsample: Subsample,
    /// Name of the model.
    pub backbone: String,
    /// Training images a class; -1 means all.
    pub shots: i64,
    /// What was evaluated: `test` or `val`.
    pub split: String,
    /// Name of the row in our tables.
    pub label: String,
    /// Name of the trainer.
    pub trainer: String,
    /// `LOSS.NAME`.
    pub loss: String,
    /// Whether each class has a context of its own, where the settings tell.
    pub csc: Option<bool>,
    /// How runs of Dassl were set up.
    pub setup: Setup,
    /// Number of epochs; 0 where it is not known.
    pub epochs: usize,
    /// Name of the column in our tables.
    pub level: String,
    /// Names of the noise models; none where nothing was made wrong.
    pub noises: Vec<String>,
    /// How many images of each class are wrong; absent where they are counted in another way.
    pub num_fp: Option<usize>,
    /// The seeds that have the figure.
    pub seeds: Vec<u64>,
    /// What they come to.
    pub summary: Summary,
}

impl Group {
    /// The groups of all tables, without the model that was not trained.
    pub(super) fn all(report: &Report, runs: &[Run]) -> Vec<Self> {
        let mut groups = Vec::new();
        for table in &report.tables {
            for row in table.rows.iter().filter(|row| !row.zero_shot) {
                let cells = table.columns.iter().zip(&row.cells);
                groups.extend(cells.filter_map(|(column, cell)| Self::of(table, row, column, cell.as_ref()?, runs)));
            }
        }
        groups
    }

    fn of(table: &Table, row: &Row, column: &Column, cell: &Cell, runs: &[Run]) -> Option<Self> {
        let summary = cell.summary?;
        // All runs of a cell are set alike.
        let first = runs.iter().find(|run| cell.members.first().is_some_and(|member| member.dir == run.dir))?;
        let counted = column.rate.is_none() && column.scope == NoiseScope::Class;
        Some(Self {
            source: table.source,
            dataset: table.dataset.clone(),
            subsample: table.subsample,
            backbone: table.backbone.clone(),
            shots: table.shots,
            split: table.split.clone(),
            label: row.label.clone(),
            trainer: row.trainer.clone(),
            loss: row.loss.clone(),
            csc: first.csc(),
            setup: row.setup.clone(),
            epochs: first.result.epochs,
            level: column.label.clone(),
            noises: column.noises.clone(),
            num_fp: counted.then_some(column.num_fp),
            seeds: cell.seeds(),
            summary,
        })
    }

    /// What it is called in a sentence.
    pub(super) fn name(&self) -> String {
        format!("{}, {}, {} at {}", self.dataset, self.backbone, self.label, self.level)
    }
}
