//! What tells, without reading a file, that it has not changed.

use crate::data::ImageRef;
use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file that was written this short a time ago may be written again without a new time.
const RACY: Duration = Duration::from_secs(2);

/// Size and times of a file. Times are in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(super) size: u64,
    pub(super) modified: u64,
    /// When anything about the file changed last, its times included; 0 where the system does not tell.
    pub(super) changed: i64,
}

impl Stamp {
    /// Of the file at `path`; `None` where there is none.
    pub(super) fn of_file(path: &Path) -> Option<Self> {
        let meta = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
        let modified = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self { size: meta.len(), modified: u64::try_from(modified.as_nanos()).ok()?, changed: changed(&meta) })
    }

    /// Of the file behind an image; `None` where there is none.
    pub(crate) fn of(image: &ImageRef) -> Option<Self> {
        Self::of_file(&image.path()?)
    }

    /// Whether a later change is sure to show: the file was not written just now, nor in the future.
    pub(super) fn is_settled(&self) -> bool {
        let modified = UNIX_EPOCH + Duration::from_nanos(self.modified);
        SystemTime::now().duration_since(modified).is_ok_and(|age| age > RACY)
    }
}

/// Whether there is no such file.
pub(super) fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

#[cfg(unix)]
fn changed(meta: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    meta.ctime().saturating_mul(1_000_000_000).saturating_add(meta.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> i64 {
    0
}
