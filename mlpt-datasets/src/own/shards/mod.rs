//! Parquet files as the Hugging Face hub serves them: pictures and labels in columns, in shards.

mod class_names;
mod columns;
mod config;
mod cursor;
mod files;
mod find;
mod guard;
mod label_column;
mod shard;
mod store;
#[cfg(test)]
mod tests;

pub use config::{ParquetConfig, register};

pub(super) use config::PATH;
pub(super) use files::is_parquet;
pub(super) use find::find;
