//! Tables of runs that were evaluated on more than what they were trained for: base-to-new
//! generalisation, transfer to other data sets, shifts of the domain.

mod base;
mod checks;
mod csv;
mod evaluated;
mod figure;
mod report;
mod row;
mod table;
mod target;

pub use base::Protocol;
pub use evaluated::Evaluated;
pub use figure::Figure;
pub use report::{PROTOCOL_VERSION, ProtocolReport, protocol};
pub use row::ProtocolRow;
pub use table::ProtocolTable;
pub use target::{Target, TargetKind};
