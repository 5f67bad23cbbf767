//! `audit.csv`: what `mlpt audit` holds to be wrong, the most suspect first.

use super::table::Table;
use crate::Result;
use std::path::Path;

/// The list of an audit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditTable {
    /// The learners, in the order of each row's figures.
    pub learners: Vec<String>,
    /// The items, the most suspect first.
    pub rows: Vec<AuditRow>,
}

/// One item of an audit.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// Its key.
    pub image: String,
    /// The class that was given to it.
    pub given: String,
    /// The class that the trained model prefers.
    pub suggested: Option<String>,
    /// Its true class, where it is known.
    pub truth: Option<String>,
    /// How surely the label is right, all learners together.
    pub clean: Option<f64>,
    /// The same by learner.
    pub learners: Vec<Option<f64>>,
}

impl AuditTable {
    /// Reads the file.
    ///
    /// # Errors
    /// With the line, where it is not as the audit writes it.
    pub fn read(path: &Path) -> Result<Self> {
        let table = Table::read(path, &["rank", "image", "given", "suggested", "true", "clean"])?;
        let columns = table.columns("clean_");
        let mut rows = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let rank = table.needed(row, table.column("rank"))?;
            let item = AuditRow {
                image: Table::text(row, table.column("image")).unwrap_or_default(),
                given: Table::text(row, table.column("given")).unwrap_or_default(),
                suggested: Table::text(row, table.column("suggested")),
                truth: Table::text(row, table.column("true")),
                clean: table.number(row, table.column("clean"))?,
                learners: columns.iter().map(|(_, at)| table.number(row, Some(*at))).collect::<Result<_>>()?,
            };
            rows.push((rank, item));
        }
        // Somebody may have sorted the table by another column.
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let rows = rows.into_iter().map(|(_, item)| item).collect();
        Ok(Self { learners: columns.into_iter().map(|(learner, _)| learner).collect(), rows })
    }
}
