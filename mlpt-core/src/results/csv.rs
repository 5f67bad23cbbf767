//! The CSV form: one line a cell, at full precision.

use super::{Cell, Column, Pair, Report, Row, Summary, Table};
use crate::{Error, Result};

/// The columns.
const HEADER: [&str; 27] = [
    "kind",
    "dataset",
    "backbone",
    "model_digest",
    "data_digest",
    "shots",
    "split",
    "label",
    "trainer",
    "mechanisms",
    "loss",
    "noise",
    "num_fp",
    "rate",
    "scope",
    "metric",
    "n",
    "mean",
    "deviation",
    "interval_low",
    "interval_high",
    "seeds",
    "values",
    "mixed",
    "subsample",
    "source",
    "setup",
];

impl Report {
    /// A header and one line a cell; then, with `kind` `difference`, one a paired difference. What is
    /// not there is empty; lists are separated by spaces.
    ///
    /// # Errors
    /// When the text cannot be made: a fault of the program.
    pub fn to_csv(&self) -> Result<String> {
        document(&HEADER, self.tables.iter().flat_map(|table| self.lines(table)))
    }

    fn lines(&self, table: &Table) -> Vec<Vec<String>> {
        let mut lines = Vec::new();
        for row in &table.rows {
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                let Some(cell) = cell else { continue };
                let figures = figures(cell.summary.as_ref(), &cell.seeds(), &values(cell));
                let mixed = !(column.footnotes.is_empty() && cell.footnotes.is_empty());
                lines.push(self.line(table, "cell", &names(row), column, figures, mixed));
            }
        }
        let Some(comparison) = &table.comparison else { return lines };
        let label = format!("{} minus {}", comparison.first, comparison.second);
        let names = [label, String::new(), String::new(), String::new(), String::new()];
        for (column, paired) in table.columns.iter().zip(&comparison.columns) {
            let Some(paired) = paired else { continue };
            let seeds: Vec<u64> = paired.pairs.iter().map(|p| p.seed).collect();
            let values: Vec<f64> = paired.pairs.iter().map(|p: &Pair| p.difference).collect();
            let figures = figures(paired.summary.as_ref(), &seeds, &values);
            let mixed = !(column.footnotes.is_empty() && paired.footnotes.is_empty());
            lines.push(self.line(table, "difference", &names, column, figures, mixed));
        }
        lines
    }

    fn line(
        &self,
        table: &Table,
        kind: &str,
        names: &[String; 5],
        column: &Column,
        [n, mean, deviation, low, high, seeds, values]: [String; 7],
        mixed: bool,
    ) -> Vec<String> {
        let [label, trainer, mechanisms, loss, setup] = names.clone();
        vec![
            kind.to_owned(),
            table.dataset.clone(),
            table.backbone.clone(),
            table.model_digest.clone(),
            table.data_digest.clone(),
            table.shots.to_string(),
            table.split.clone(),
            label,
            trainer,
            mechanisms,
            loss,
            column.noises.join(" "),
            column.num_fp.to_string(),
            column.rate.map(|rate| rate.to_string()).unwrap_or_default(),
            column.scope.to_string(),
            self.metric.clone(),
            n,
            mean,
            deviation,
            low,
            high,
            seeds,
            values,
            mixed.to_string(),
            table.subsample.to_string(),
            table.source.name().to_owned(),
            setup,
        ]
    }
}

/// A header and the lines below it.
///
/// # Errors
/// When the text cannot be made: a fault of the program.
pub(super) fn document(header: &[&str], lines: impl Iterator<Item = Vec<String>>) -> Result<String> {
    let fault = |e: &dyn std::fmt::Display| Error::invalid(format!("the table makes no CSV: {e}"));
    let mut out = ::csv::Writer::from_writer(Vec::new());
    out.write_record(header).map_err(|e| fault(&e))?;
    for line in lines {
        out.write_record(line).map_err(|e| fault(&e))?;
    }
    let bytes = out.into_inner().map_err(|e| fault(&e))?;
    String::from_utf8(bytes).map_err(|e| fault(&e))
}

fn names(row: &Row) -> [String; 5] {
    [row.label.clone(), row.trainer.clone(), row.mechanisms.join(" "), row.loss.clone(), row.setup.text()]
}

/// What the cell's runs have, in the order of their seeds.
pub(super) fn values(cell: &Cell) -> Vec<f64> {
    cell.members.iter().filter_map(|m| m.value).collect()
}

/// `n`, `mean`, `deviation`, `interval_low`, `interval_high`, `seeds`, `values`.
pub(super) fn figures(summary: Option<&Summary>, seeds: &[u64], values: &[f64]) -> [String; 7] {
    let text = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let interval = summary.and_then(|s| s.interval);
    [
        summary.map_or(0, |s| s.n).to_string(),
        text(summary.map(|s| s.mean)),
        text(summary.and_then(|s| s.deviation)),
        text(interval.map(|i| i[0])),
        text(interval.map(|i| i[1])),
        join(seeds),
        join(values),
    ]
}

pub(super) fn join<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}
