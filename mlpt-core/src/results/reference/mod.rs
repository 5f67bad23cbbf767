//! Our figures beside published ones: a table of results in a CSV file, row by row with the cells that
//! are of the same data set, trainer, loss, number of shots and number of wrong images.

mod csv;
mod file;
mod fit;
mod group;
mod report;
mod row;

pub use file::Reference;
pub use group::Group;
pub use report::{REFERENCE_VERSION, ReferenceLine, ReferenceReport, TOLERANCE, Verdict, beside};
pub use row::ReferenceRow;
