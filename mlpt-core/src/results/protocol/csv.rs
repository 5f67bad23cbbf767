//! The CSV form: one line a figure, at full precision.

use super::{Figure, ProtocolReport, ProtocolRow, ProtocolTable, Target};
use crate::Result;
use crate::results::csv::{document, figures, values};

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
        document(&HEADER, self.tables.iter().flat_map(|table| self.lines(table)))
    }

    fn lines(&self, table: &ProtocolTable) -> Vec<Vec<String>> {
        let mut lines = Vec::new();
        for row in &table.rows {
            for (target, figure) in table.columns.iter().zip(&row.figures) {
                lines.extend(figure.as_ref().map(|figure| self.line(table, row, target, figure)));
            }
        }
        lines
    }

    fn line(&self, table: &ProtocolTable, row: &ProtocolRow, target: &Target, figure: &Figure) -> Vec<String> {
        let cell = &figure.cell;
        let [n, mean_of_seeds, deviation, low, high, seeds, values] =
            figures(cell.summary.as_ref(), &cell.seeds(), &values(cell));
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
            row.rate.map(|rate| rate.to_string()).unwrap_or_default(),
            row.scope.to_string(),
            target.kind.name().to_owned(),
            target.dataset.clone(),
            if target.dataset.is_empty() { String::new() } else { target.subsample.to_string() },
            self.metric.clone(),
            n,
            figure.mean.to_string(),
            mean_of_seeds,
            deviation,
            low,
            high,
            seeds,
            values,
            (!cell.footnotes.is_empty()).to_string(),
        ]
    }
}
