//! Settings: values, the schema that every layer is checked against, layers, and where each value came from.

mod assemble;
mod base;
mod coerce;
mod file;
pub mod literal;
mod resolved;
mod schema;
mod section;
mod value;

pub use base::base_schema;
pub use resolved::{Config, Origin, Resolved, Scope};
pub use schema::{Key, Schema};
pub use section::Section;
pub use value::{FromValue, Kind, Value};
