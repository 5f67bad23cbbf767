//! A table of one's own: a line an image, with path, label and perhaps split.

mod config;
mod find;
mod header;
mod rows;
#[cfg(test)]
mod tests;

pub use config::{CsvConfig, register};

pub(super) use config::FILE;
pub(super) use find::find;
pub(super) use header::check as check_header;
