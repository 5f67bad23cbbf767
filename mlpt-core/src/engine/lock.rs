//! `run.lock`: one process at a time in a run directory.

use crate::{Error, Result};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Holds the lock of a run directory until it is dropped. The system lets go of it when the process
/// dies, however it dies, so a lock file that was left behind stops nobody.
#[derive(Debug)]
pub(super) struct RunLock {
    path: PathBuf,
    /// `None` where the file system knows no locks.
    file: Option<File>,
}

impl RunLock {
    /// Takes the lock file at `path`; its folder is created.
    ///
    /// # Errors
    /// When another process holds it, or the file cannot be written.
    pub(super) fn take(path: &Path) -> Result<Self> {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
        }
        loop {
            let mut file = open(path, true).map_err(|e| Error::io(path, e))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(taken(path, &mut file)),
                Err(TryLockError::Error(e)) => {
                    tracing::warn!(
                        "{}: cannot be locked ({e}): see to it yourself that only one run is here",
                        path.display()
                    );
                    return Ok(Self { path: path.to_owned(), file: None });
                }
            }
            let own = std::process::id().to_string();
            write(&mut file, &own).map_err(|e| Error::io(path, e))?;
            // The last owner may have removed the file between our opening and locking it: then
            // what we hold is not what others will find. Where a lock keeps readers out there is
            // no such removal.
            if fs::read_to_string(path).map_or_else(|e| e.kind() != std::io::ErrorKind::NotFound, |text| text == own) {
                return Ok(Self { path: path.to_owned(), file: Some(file) });
            }
        }
    }

    /// Refuses early where another process holds the lock; creates nothing.
    ///
    /// # Errors
    /// When another process holds it.
    pub(super) fn look(path: &Path) -> Result<()> {
        let Ok(mut file) = open(path, false) else { return Ok(()) };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(taken(path, &mut file)),
            _ => Ok(()),
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // While the lock is still held, so that nobody else's file is removed.
        let _ = fs::remove_file(&self.path);
        drop(self.file.take());
    }
}

fn open(path: &Path, create: bool) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(create).truncate(false).open(path)
}

fn write(file: &mut File, text: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())
}

fn taken(path: &Path, file: &mut File) -> Error {
    let mut pid = String::new();
    // Only for the message; some systems keep readers out.
    let _ = file.read_to_string(&mut pid);
    let who = if pid.is_empty() { "another process".to_owned() } else { format!("the process {pid}") };
    let dir = path.parent().unwrap_or(path);
    Error::data(dir, format!("{who} is at work on the run here; wait for its end, or give another --output-dir"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_a_file_left_behind_stops_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run/run.lock");
        RunLock::look(&path).unwrap();
        assert!(!path.exists());
        fs::create_dir(dir.path().join("run")).unwrap();
        // As a dead process leaves it.
        fs::write(&path, "1").unwrap();
        RunLock::look(&path).unwrap();
        let lock = RunLock::take(&path).unwrap();
        let own = format!("the process {} is at work", std::process::id());
        for refused in [RunLock::look(&path), RunLock::take(&path).map(|_| ())] {
            let message = refused.unwrap_err().to_string();
            assert!(message.contains(&own) && message.contains("run: "), "{message}");
        }
        drop(lock);
        assert!(!path.exists());
        RunLock::take(&path).unwrap();
    }
}
