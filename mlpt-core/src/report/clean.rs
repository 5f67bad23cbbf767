//! `clean.csv`: how right the labels of the pool look to each learner.

use super::table::Table;
use crate::Result;
use std::path::Path;

/// The pool after the last epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CleanTable {
    /// The learners, in the order of each row's figures.
    pub learners: Vec<String>,
    /// The items.
    pub rows: Vec<CleanRow>,
}

/// One item of the pool.
#[derive(Clone, Debug, PartialEq)]
pub struct CleanRow {
    /// Its key.
    pub image: String,
    /// The class that was given to it.
    pub given: String,
    /// Its true class, where it is known; in no row where no label is known to be wrong.
    pub truth: Option<String>,
    /// By learner: how surely the label is right.
    pub clean: Vec<Option<f64>>,
    /// By learner: whether it trusts the label, where it says so.
    pub trusted: Vec<Option<bool>>,
    /// By learner: the class that its own logits prefer; earlier versions did not write it.
    pub suggested: Vec<Option<String>>,
}

impl CleanTable {
    /// Reads the file.
    ///
    /// # Errors
    /// With the line, where it is not as the engine writes it.
    pub fn read(path: &Path) -> Result<Self> {
        let table = Table::read(path, &["index", "image", "given", "true"])?;
        let columns = table.columns("clean_");
        let of = |prefix: &str| -> Vec<Option<usize>> {
            columns.iter().map(|(learner, _)| table.column(&format!("{prefix}{learner}"))).collect()
        };
        let (trusted, suggested) = (of("trusted_"), of("suggested_"));
        let mut rows = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            rows.push(CleanRow {
                image: Table::text(row, table.column("image")).unwrap_or_default(),
                given: Table::text(row, table.column("given")).unwrap_or_default(),
                truth: Table::text(row, table.column("true")),
                clean: columns.iter().map(|(_, at)| table.number(row, Some(*at))).collect::<Result<_>>()?,
                trusted: trusted.iter().map(|at| table.flag(row, *at)).collect::<Result<_>>()?,
                suggested: suggested.iter().map(|at| Table::text(row, *at)).collect(),
            });
        }
        // Labels that nobody made wrong stand there as right, which nobody knows.
        if !rows.iter().any(|row: &CleanRow| row.is_wrong() == Some(true)) {
            rows.iter_mut().for_each(|row| row.truth = None);
        }
        Ok(Self { learners: columns.into_iter().map(|(learner, _)| learner).collect(), rows })
    }
}

impl CleanRow {
    /// Mean over the learners that have a figure.
    pub fn mean(&self) -> Option<f64> {
        let known: Vec<f64> = self.clean.iter().flatten().copied().collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    /// Whether the label is wrong, where that is known.
    pub fn is_wrong(&self) -> Option<bool> {
        self.truth.as_ref().map(|truth| *truth != self.given)
    }
}
