//! `clean.csv`: which labels a trainer holds to be wrong, for whoever wants to look at them.

use super::EpochReport;
use crate::data::Manifest;
use crate::files::write_atomic;
use crate::{Error, Result};
use std::path::Path;

/// Writes a line for each pool item: its position, image, given and (where known) true class, and
/// for each learner how surely the label is right and, where the trainer says so, whether it is trusted and which class
/// the learner itself prefers.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(path: &Path, pool: &Manifest, class_names: &[String], report: &EpochReport) -> Result<()> {
    let fault = |e: &dyn std::fmt::Display| Error::data(path, format!("cannot be made: {e}"));
    let name = |label: usize| class_names.get(label).map_or("", String::as_str);
    let mut table = csv::Writer::from_writer(Vec::new());
    let header = ["index", "image", "given", "true"].into_iter().map(str::to_owned);
    let header = header.chain(report.clean.iter().map(|(learner, _)| format!("clean_{learner}")));
    let header = header.chain(report.trusted.iter().map(|(learner, _)| format!("trusted_{learner}")));
    let header = header.chain(report.pool.iter().map(|p| format!("suggested_{}", p.learner)));
    table.write_record(header).map_err(|e| fault(&e))?;
    for row in &pool.rows {
        let truth = row.true_label.map_or("", name);
        let known = [row.index.to_string(), row.image.clone(), name(row.given_label).to_owned(), truth.to_owned()];
        let figures = report.clean.iter().map(|(_, p)| p.get(row.index).map(f64::to_string).unwrap_or_default());
        let calls = report.trusted.iter().map(|(_, t)| t.get(row.index).map(bool::to_string).unwrap_or_default());
        let own = report.pool.iter().map(|p| p.suggested.get(row.index).map_or("", |&c| name(c)).to_owned());
        table.write_record(known.into_iter().chain(figures).chain(calls).chain(own)).map_err(|e| fault(&e))?;
    }
    write_atomic(path, &table.into_inner().map_err(|e| fault(&e))?)
}
