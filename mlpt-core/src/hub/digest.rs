//! Whether a file's content is what its name says.

use super::url::shown;
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Compares the file at `part` with `etag` where that is a SHA-256. A part that is wrong is removed:
/// going on from it would never make it right.
///
/// # Errors
/// Where it is another digest, or the file cannot be read.
pub(super) fn verify(part: &Path, etag: &str, url: &str) -> Result<()> {
    if etag.len() != 64 || !etag.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    let found = sha256(part).map_err(|e| Error::io(part, e))?;
    if found.eq_ignore_ascii_case(etag) {
        return Ok(());
    }
    fs::remove_file(part).map_err(|e| Error::io(part, e))?;
    Err(Error::invalid(format!(
        "{}: what came has the SHA-256 {found}, but the hub promised {etag}; it was removed: run the command \
         again, and where that does not help, look for a proxy that changes content",
        shown(url)
    )))
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(digest.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            Ok(n) => digest.update(buffer.get(..n).unwrap_or_default()),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
