//! Which labels of a run's pool are probably wrong, the most suspect first.

mod base;
mod scores;
mod table;

pub use base::{AUDIT_VERSION, Audit, Suspect, audit};
pub use scores::{Finding, Yardstick};
