//! What goes wrong in the Parquet reader becomes one message that names the file.

use mlpt_core::{Error, Result};
use parquet::errors::ParquetError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Runs `read` on the file at `path`. The reader may give up in the middle of a broken file with a
/// panic; that must not take the run's thread with it.
pub(super) fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T> {
    let what = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(ParquetError::External(e))) => match e.downcast::<std::io::Error>() {
            Ok(io) => return Err(Error::io(path, *io)),
            Err(other) => other.to_string(),
        },
        Ok(Err(e)) => e.to_string(),
        Err(_) => "the reader failed on it".to_owned(),
    };
    Err(Error::data(path, format!("cannot be read as a Parquet file ({what}); download or write it again")))
}
