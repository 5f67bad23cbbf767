//! One writer at a time in a folder of features.

use crate::{Error, Result};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// The lock file's name.
pub(super) const NAME: &str = "features.lock";

/// The longest wait; a writer is done in far less.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// Held until it is dropped; it dies with its process.
pub(super) struct Lock {
    /// `None` where the file system knows no locks: files are replaced whole all the same.
    _file: Option<File>,
}

impl Lock {
    /// Waits for the lock of `dir`, which is made.
    ///
    /// # Errors
    /// When the folder or the file cannot be made, or another process does not let go.
    pub(super) fn wait(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
        let path = dir.join(NAME);
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = open.map_err(|e| Error::io(&path, e))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: Some(file) }),
                Err(TryLockError::Error(_)) => return Ok(Self { _file: None }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::data(&path, "another process has held this lock for half a minute"));
                }
            }
        }
    }
}
