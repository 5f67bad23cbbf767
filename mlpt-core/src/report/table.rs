//! CSV files of a run, with faults that name file and line.

use crate::files::read_text;
use crate::{Error, Result};
use std::path::Path;

/// Header and records of a CSV file.
pub(super) struct Table<'p> {
    path: &'p Path,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A record and the line on which it begins.
pub(super) struct Row {
    line: u64,
    fields: csv::StringRecord,
}

impl<'p> Table<'p> {
    /// Reads the file; it must have the columns `wanted`.
    ///
    /// # Errors
    /// When it is no CSV, or a column is missing.
    pub(super) fn read(path: &'p Path, wanted: &[&str]) -> Result<Self> {
        let text = read_text(path)?;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let broken = |e: csv::Error| Error::data(path, format!("is no whole table: {e}"));
        let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
        if let Some(missing) = wanted.iter().find(|name| !header.iter().any(|h| h == *name)) {
            return Err(Error::data(path, format!("has no column `{missing}`")));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let fields = record.map_err(broken)?;
            rows.push(Row { line: fields.position().map_or(0, csv::Position::line), fields });
        }
        Ok(Self { path, header, rows })
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    /// What follows `prefix` in the columns whose names begin with it, with their places.
    pub(super) fn columns(&self, prefix: &str) -> Vec<(String, usize)> {
        let all = self.header.iter().enumerate();
        all.filter_map(|(at, name)| Some((name.strip_prefix(prefix)?.to_owned(), at))).collect()
    }

    /// The text in a column; `None` where it is empty.
    pub(super) fn text(row: &Row, column: Option<usize>) -> Option<String> {
        row.fields.get(column?).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A number in a column; `None` where it is empty.
    ///
    /// # Errors
    /// When it is no finite number.
    pub(super) fn number(&self, row: &Row, column: Option<usize>) -> Result<Option<f64>> {
        let Some(text) = Self::text(row, column) else { return Ok(None) };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self.fault(row, column, &format!("'{text}' is no number"))),
        }
    }

    /// A number that must be there.
    ///
    /// # Errors
    /// When it is not, or is no finite number.
    pub(super) fn needed(&self, row: &Row, column: Option<usize>) -> Result<f64> {
        self.number(row, column)?.ok_or_else(|| self.fault(row, column, "is empty"))
    }

    /// `true` or `false`; `None` where it is empty.
    ///
    /// # Errors
    /// When it is neither.
    pub(super) fn flag(&self, row: &Row, column: Option<usize>) -> Result<Option<bool>> {
        let Some(text) = Self::text(row, column) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.fault(row, column, &format!("'{text}' is neither true nor false")))
    }

    fn fault(&self, row: &Row, column: Option<usize>, what: &str) -> Error {
        let name = column.and_then(|at| self.header.get(at)).map_or("", String::as_str);
        Error::data(self.path, format!("line {}: {name}: {what}", row.line))
    }
}
