//! A file of lines that several writers share, and that can be cut back.

use crate::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is written before the file is known is kept up to this many bytes.
const PENDING_LIMIT: usize = 1 << 20;

#[derive(Default)]
struct Inner {
    pending: Vec<u8>,
    file: Option<(PathBuf, File)>,
}

/// A handle to one growing file; clones write to the same one. What is written before
/// [`LogFile::open`] is kept in memory and comes first in the file, so that messages about the
/// settings and the model are in the log although the run directory is not known yet.
#[derive(Clone, Default)]
pub struct LogFile(Arc<Mutex<Inner>>);

impl LogFile {
    /// Opens `path` for appending after its first `keep` bytes; what lies behind them is cut off.
    ///
    /// # Errors
    /// [`Error::Io`] that names the path.
    pub fn open(&self, path: &Path, keep: u64) -> Result<()> {
        let open = || -> io::Result<File> {
            let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
            let keep = keep.min(file.metadata()?.len());
            file.set_len(keep)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let mut inner = self.lock();
        let mut file = open().map_err(|e| Error::io(path, e))?;
        file.write_all(&inner.pending).map_err(|e| Error::io(path, e))?;
        inner.pending = Vec::new();
        inner.file = Some((path.to_owned(), file));
        Ok(())
    }

    /// Drops what was written before the file is opened.
    pub fn discard(&self) {
        self.lock().pending.clear();
    }

    /// Length of the file in bytes; 0 before it is opened.
    ///
    /// # Errors
    /// [`Error::Io`] that names the path.
    pub fn len(&self) -> Result<u64> {
        match &self.lock().file {
            Some((path, file)) => file.metadata().map(|m| m.len()).map_err(|e| Error::io(path, e)),
            None => Ok(0),
        }
    }

    /// Whether nothing is in the file.
    ///
    /// # Errors
    /// As [`LogFile::len`].
    pub fn is_empty(&self) -> Result<bool> {
        self.len().map(|n| n == 0)
    }

    /// Closes the file, or gives up what waits for one; what is written from now on waits for the
    /// next [`LogFile::open`].
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.file = None;
        inner.pending.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut guard = self.lock();
        let inner = &mut *guard;
        match &mut inner.file {
            // Lines come at a human's pace: unbuffered, so that a killed run has its last line.
            Some((_, file)) => file.write_all(bytes)?,
            None if inner.pending.len() < PENDING_LIMIT => inner.pending.extend_from_slice(bytes),
            None => {}
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.lock().file {
            Some((_, file)) => file.flush(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn keeps_early_lines_and_cuts_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        let log = LogFile::default();
        log.clone().write_all(b"early\n").unwrap();
        log.open(&path, 0).unwrap();
        log.clone().write_all(b"kept\n").unwrap();
        let kept = log.len().unwrap();
        log.clone().write_all(b"lost\n").unwrap();

        let again = LogFile::default();
        again.open(&path, kept).unwrap();
        again.clone().write_all(b"new\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "early\nkept\nnew\n");
    }
}
