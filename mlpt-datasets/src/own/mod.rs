//! Anyone's own data, without code: folders, tables, split files, Parquet files.

mod assign;
mod class_file;
mod describe;
pub mod folder;
mod found;
mod labels;
mod place;
pub mod shards;
pub mod split_file;
pub mod split_json;
pub mod table;
mod write_config;

pub use class_file::ClassFile;
pub use describe::{Described, DescribedClass, describe};
pub use write_config::write_config;

use mlpt_core::{Registries, Result};

/// Registers `Folder`, `Csv`, `SplitJson` and `Parquet`.
///
/// # Errors
/// When a name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    folder::register(registries)?;
    table::register(registries)?;
    split_json::register(registries)?;
    shards::register(registries)
}
