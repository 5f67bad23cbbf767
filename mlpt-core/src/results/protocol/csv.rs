//! The CSV form: one line a figure, at full precision.

use super::{Figure, ProtocolReport, ProtocolRow, ProtocolTable, Target};
use crate::{Error, Result};

/// The columns.
const HEADER: [&str; 28] = [
    "protocol",
    "dataset",
    "subsample",
    "backbone",
    "model_digest",
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
    "kind",
    "target",
    "target_subsample",
    "metric",
    "n",
    "mean",
    "mean_of_seeds",
    "deviation",
    "interval_low",
    "interval_high",
    "seeds",
    "values",
    "mixed",
];

impl ProtocolReport {
    /// A header and one line a figure. `mean` is what tables show; `mean_of_seeds` differs from it for
    /// harmonic means only, and deviation and interval belong to it. What is not there is empty; lists are
    /// separated by spaces.
    ///
    /// # Errors
    /// When the text cannot be made: a fault of the program.
    pub fn to_csv(&self) -> Result<String> {
        let fault = |e: &dyn std::fmt::Display| Error::invalid(format!("the table makes no CSV: {e}"));
        let mut out = ::csv::Writer::from_writer(Vec::new());
        out.write_record(HEADER).map_err(|e| fault(&e))?;
        for table in &self.tables {
            for row in &table.rows {
                for (target, figure) in table.columns.iter().zip(&row.figures) {
                    let Some(figure) = figure else { continue };
                    out.write_record(self.line(table, row, target, figure)).map_err(|e| fault(&e))?;
                }
            }
        }
        let bytes = out.into_inner().map_err(|e| fault(&e))?;
        String::from_utf8(bytes).map_err(|e| fault(&e))
    }

    fn line(&self, table: &ProtocolTable, row: &ProtocolRow, target: &Target, figure: &Figure) -> Vec<String> {
        let text = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        let cell = &figure.cell;
        let summary = cell.summary.as_ref();
        let interval = summary.and_then(|s| s.interval);
        vec![
            self.protocol.name().to_owned(),
            table.dataset.clone(),
            table.subsample.to_string(),
            table.backbone.clone(),
            table.model_digest.clone(),
            table.shots.to_string(),
            table.split.clone(),
            row.label.clone(),
            row.trainer.clone(),
            row.mechanisms.join(" "),
            row.loss.clone(),
            row.noises.join(" "),
            row.num_fp.to_string(),
            text(row.rate),
            row.scope.to_string(),
            target.kind.name().to_owned(),
            target.dataset.clone(),
            if target.dataset.is_empty() { String::new() } else { target.subsample.to_string() },
            self.metric.clone(),
            summary.map_or(0, |s| s.n).to_string(),
            figure.mean.to_string(),
            text(summary.map(|s| s.mean)),
            text(summary.and_then(|s| s.deviation)),
            text(interval.map(|i| i[0])),
            text(interval.map(|i| i[1])),
            join(&cell.seeds()),
            join(&cell.members.iter().filter_map(|m| m.value).collect::<Vec<_>>()),
            (!cell.footnotes.is_empty()).to_string(),
        ]
    }
}

fn join<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}
