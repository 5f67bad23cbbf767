//! Tables from finished runs: which results stand for the same thing, what they come to over the
//! seeds, by how much one method beats another on the same seeds and the same wrong labels, and how they
//! stand beside results that were published.

mod cell;
mod compare;
mod csv;
mod dassl;
mod find;
mod group;
mod label;
mod level;
mod metric;
mod notes;
mod pair;
mod protocol;
mod reference;
mod report;
mod run;
mod same;
mod source;
mod stats;
mod student;
mod table;
mod zero_shot;

#[cfg(test)]
mod tests;

pub use cell::{Cell, Member};
pub use compare::Comparison;
pub use dassl::Setup;
pub use find::{Found, Skipped, find, find_named};
pub use group::{Column, Row};
pub use metric::Metric;
pub use pair::{Pair, Paired, Unpaired, pair};
pub use protocol::{
    Evaluated, Figure, PROTOCOL_VERSION, Protocol, ProtocolReport, ProtocolRow, ProtocolTable, Target, TargetKind,
    protocol,
};
pub use reference::{
    Group, REFERENCE_VERSION, Reference, ReferenceLine, ReferenceReport, ReferenceRow, TOLERANCE, Verdict, beside,
};
pub use report::{Options, REPORT_VERSION, Report, report};
pub use run::Run;
pub use source::{Names, Source};
pub use stats::{CONFIDENCE, Summary};
pub use student::two_sided_quantile;
pub use table::Table;
