//! The comparison of two rows of a table.

use super::label::row_called;
use super::pair::{Paired, pair};
use super::{Row, Table};
use crate::{Error, Result};
use serde::Serialize;

/// One row minus another, a paired difference a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Label of the first row.
    pub first: String,
    /// Label of the second row, which is subtracted.
    pub second: String,
    /// One a column; `None` where either row has no cell.
    pub columns: Vec<Option<Paired>>,
}

/// Adds the comparison to each table that has both rows; to the others, a note.
///
/// # Errors
/// When no table has a row of that name, or both; and where both names mean one row.
pub(super) fn compare(tables: &mut [Table], names: &[String; 2]) -> Result<()> {
    for name in names {
        if !tables.iter().any(|table| row_called(&table.rows, name).is_some()) {
            let mut labels: Vec<&str> = tables.iter().flat_map(|t| &t.rows).map(|r| r.label.as_str()).collect();
            labels.sort_unstable();
            labels.dedup();
            return Err(Error::invalid(format!(
                "--compare: no row, or more than one, is called '{name}'; the rows are: {}",
                labels.join(", ")
            )));
        }
    }
    let mut some = false;
    for table in tables.iter_mut() {
        match [row_called(&table.rows, &names[0]), row_called(&table.rows, &names[1])] {
            [Some(first), Some(second)] if first.label == second.label => {
                return Err(Error::invalid(format!("--compare: '{}' and '{}' are the same row", names[0], names[1])));
            }
            [Some(first), Some(second)] => {
                table.comparison = Some(rows(first, second));
                some = true;
            }
            [None, _] => table.notes.push(format!("nothing to compare: there is no row {} here", names[0])),
            [_, None] => table.notes.push(format!("nothing to compare: there is no row {} here", names[1])),
        }
    }
    if some {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "--compare: '{}' and '{}' share no table: they were not run with the same data set, model, shots and split",
        names[0], names[1]
    )))
}

fn rows(first: &Row, second: &Row) -> Comparison {
    let names = [first.label.as_str(), second.label.as_str()];
    let columns =
        first.cells.iter().zip(&second.cells).map(|cells| Some(pair(cells.0.as_ref()?, cells.1.as_ref()?, names)));
    Comparison { first: first.label.clone(), second: second.label.clone(), columns: columns.collect() }
}
