//! Settings: values, the schema that every layer is checked against, layers, and where each value came from.

mod assemble;
mod base;
mod check;
mod coerce;
mod file;
mod ignored;
mod layers;
pub mod literal;
mod merge;
mod preset;
#[cfg(test)]
mod props;
mod resolve;
mod resolved;
mod rules;
mod schema;
mod section;
#[cfg(test)]
mod tests;
mod value;

pub use base::base_schema;
pub use layers::{Layers, ModelImplies};
pub use preset::{PRESETS, Preset};
pub use resolved::{Config, Origin, Resolved, Scope};
pub use schema::{Key, Schema};
pub use section::Section;
pub use value::{FromValue, Kind, Value};
