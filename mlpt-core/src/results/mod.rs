//! Tables from finished runs: which results stand for the same thing, what they come to over the
//! seeds, and by how much one method beats another on the same seeds and the same wrong labels.

mod cell;
mod compare;
mod csv;
mod find;
mod group;
mod label;
mod level;
mod metric;
mod notes;
mod pair;
mod protocol;
mod report;
mod run;
mod same;
mod stats;
mod student;
mod table;
mod zero_shot;

#[cfg(test)]
mod tests;

pub use cell::{Cell, Member};
pub use compare::Comparison;
pub use find::{Found, find};
pub use group::{Column, Row};
pub use metric::Metric;
pub use pair::{Pair, Paired, Unpaired, pair};
pub use protocol::{
    Evaluated, Figure, PROTOCOL_VERSION, Protocol, ProtocolReport, ProtocolRow, ProtocolTable, Target, TargetKind,
    protocol,
};
pub use report::{Options, REPORT_VERSION, Report, report};
pub use run::Run;
pub use stats::{CONFIDENCE, Summary};
pub use student::two_sided_quantile;
pub use table::Table;
