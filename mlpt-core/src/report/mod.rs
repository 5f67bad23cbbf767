//! What a finished run has left behind, read into types for a report. Every file that is there is read
//! whole, and a damaged one is an error that names it; one that is not there is `None`.

mod audit;
mod clean;
mod facts;
mod files;
mod metrics;
mod predictions;
mod roc;
mod settings;
mod table;

#[cfg(test)]
mod tests;

pub use audit::{AuditRow, AuditTable};
pub use clean::{CleanRow, CleanTable};
pub use facts::{Facts, ModelFacts};
pub use files::RunFiles;
pub use metrics::Metrics;
pub use predictions::{ClassRow, Confusion, Prediction, Predictions};
pub use roc::{RocCurve, roc};
pub use settings::{Setting, settings};
