//! Whole files or nothing: outputs are written to a temporary name beside the target, then renamed.

use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the names of temporary files end.
const TEMPORARY: &str = ".tmp";

/// Writes `bytes` to `path`, creating its folder; the file is either the old one or the whole new one.
///
/// # Errors
/// [`Error::Io`] that names the path.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    // Two threads of one process must not share a temporary file either.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty());
    if let Some(dir) = dir {
        fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{}{TEMPORARY}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let temporary = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|e| {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
        Error::io(path, e)
    })?;
    sync_folder(dir.unwrap_or(Path::new(".")));
    Ok(())
}

/// Brings a rename to the disk. Not every system can; the file itself is safe already.
fn sync_folder(dir: &Path) {
    if cfg!(unix)
        && let Ok(folder) = fs::File::open(dir)
    {
        let _ = folder.sync_all();
    }
}

/// The target of a temporary file that [`write_atomic`] made; `None` where `name` is not one's.
pub(crate) fn temporary_of(name: &str) -> Option<&str> {
    let (target, mark) = name.strip_suffix(TEMPORARY)?.rsplit_once('.')?;
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    mark.split('-').all(digits).then_some(target)
}

/// Reads a whole text file; a byte order mark is left out.
///
/// # Errors
/// [`Error::Io`] that names the path, [`Error::Data`] where it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = fs::read(path).map_err(|e| Error::io(path, e))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        Error::data(path, format!("is not UTF-8 text (line {line}); save it as UTF-8"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Whether a folder can come to be at `path`: what is there of it must be folders.
///
/// # Errors
/// [`Error::Data`] that names the file in the way.
pub fn check_folder(path: &Path) -> Result<()> {
    match path.ancestors().find(|p| p.exists()) {
        Some(there) if !there.is_dir() => {
            Err(Error::data(there, "is a file, so the output folder cannot be there; give another --output-dir"))
        }
        _ => Ok(()),
    }
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of a file in lower-case hexadecimal, read piece by piece.
///
/// # Errors
/// [`Error::Io`] that names the path.
pub fn sha256_file(path: &Path) -> Result<String> {
    let digest = || -> std::io::Result<String> {
        let (mut file, mut sha) = (fs::File::open(path)?, Sha256::new());
        let mut piece = vec![0; 1 << 18];
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(hex(&sha.finalize())),
                n => sha.update(&piece[..n]),
            }
        }
    };
    digest().map_err(|e| Error::io(path, e))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("below/a.json");
        for text in ["one", "two"] {
            write_atomic(&path, text.as_bytes()).unwrap();
            assert_eq!(read_text(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::create_dir(dir.path().join("taken")).unwrap();
        let message = write_atomic(&dir.path().join("taken"), b"x").unwrap_err().to_string();
        assert!(message.contains("taken: ") && !message.contains(".tmp: "), "{message}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_has_the_digest_of_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let bytes: Vec<u8> = (0..600_001u32).map(|i| (i * 7 % 251) as u8).collect();
        fs::write(&path, &bytes).unwrap();
        assert_eq!(sha256_file(&path).unwrap(), sha256_hex(&bytes));
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(sha256_file(&dir.path().join("b")).unwrap_err().to_string().contains("b: "));
    }

    #[test]
    fn temporaries_are_known_by_their_name() {
        assert_eq!(temporary_of("state.safetensors.12-0.tmp"), Some("state.safetensors"));
        assert_eq!(temporary_of("clean.csv.77.tmp"), Some("clean.csv"));
        for other in ["clean.csv", "notes.tmp", "a.b.tmp", "a.1-.tmp", "a.1-2.tmp.txt"] {
            assert_eq!(temporary_of(other), None, "{other}");
        }
    }
}
