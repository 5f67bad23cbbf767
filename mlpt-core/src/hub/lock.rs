//! One download of a file at a time.

use crate::{Error, Result};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

/// Holds the lock of a blob until it is dropped; it dies with its process.
pub(super) struct Lock {
    /// Locked while it is open; `None` where the file system knows no locks.
    _file: Option<File>,
}

impl Lock {
    /// Waits for the lock file at `path`; Python's `huggingface_hub` locks the same one. It is left
    /// there: removing it would let a third process lock another file of that name.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub(super) fn wait(path: &Path) -> Result<Self> {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
        }
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = open.map_err(|e| Error::io(path, e))?;
        let locked = match file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => {
                tracing::info!("{}: somebody else is downloading this file; waiting", path.display());
                file.lock()
            }
            Err(TryLockError::Error(e)) => Err(e),
        };
        match locked {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(e) => {
                let shown = path.display();
                tracing::warn!("{shown}: cannot be locked ({e}): see to it yourself that only one process downloads");
                Ok(Self { _file: None })
            }
        }
    }
}
