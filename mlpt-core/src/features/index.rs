//! Digests of files by their size and times, so that files that did not change are not read again. As git's index.

use super::file::Digest;
use super::stamp::{Stamp, is_absent};
use crate::files::{sha256_hex, write_atomic};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const HEAD: &str = "mlpt file digests 1";

/// What is known of the files below one folder, by relative path.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    entries: BTreeMap<String, (Stamp, Digest)>,
}

impl Index {
    /// Where the index of the files below `root` lies in the store `dir`.
    pub(super) fn path(dir: &Path, root: &Path) -> PathBuf {
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let name = sha256_hex(root.to_string_lossy().as_bytes());
        folder(dir).join(format!("{}.txt", &name[..32]))
    }

    /// The digest of a file that has not changed since.
    pub(super) fn get(&self, relative: &str, stamp: &Stamp) -> Option<Digest> {
        let (known, digest) = self.entries.get(relative)?;
        (known == stamp).then_some(*digest)
    }

    /// Remembers a file, unless it is so young that a later change need not show.
    pub(super) fn put(&mut self, relative: &str, stamp: Stamp, digest: Digest) {
        if stamp.is_settled() && !relative.contains(['\n', '\r']) {
            self.entries.insert(relative.to_owned(), (stamp, digest));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes in what `newer` knows.
    pub(super) fn update(&mut self, newer: Self) {
        self.entries.extend(newer.entries);
    }

    /// Reads an index; an empty one where there is none.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if is_absent(&e) => return Ok(Self::default()),
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => return Err(Error::data(path, "is damaged")),
            Err(e) => return Err(Error::io(path, e)),
        };
        Self::parse(&text).ok_or_else(|| Error::data(path, "is damaged"))
    }

    fn parse(text: &str) -> Option<Self> {
        let (body, sum) = text.trim_end().rsplit_once('\n')?;
        if sum != sha256_hex(body.as_bytes()) {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != HEAD {
            return None;
        }
        let entries = lines.map(|line| {
            let mut cells = line.splitn(5, '\t');
            let digest = digest_of(cells.next()?)?;
            let size = cells.next()?.parse().ok()?;
            let modified = cells.next()?.parse().ok()?;
            let changed = cells.next()?.parse().ok()?;
            Some((cells.next()?.to_owned(), (Stamp { size, modified, changed }, digest)))
        });
        Some(Self { entries: entries.collect::<Option<_>>()? })
    }

    /// Writes the whole index or leaves the old one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let mut text = HEAD.to_owned();
        for (relative, (stamp, digest)) in &self.entries {
            let Stamp { size, modified, changed } = stamp;
            // Writing to a string does not fail.
            let _ = write!(text, "\n{}\t{size}\t{modified}\t{changed}\t{relative}", hex(digest));
        }
        let sum = sha256_hex(text.as_bytes());
        write_atomic(path, format!("{text}\n{sum}\n").as_bytes())
    }
}

/// The folder of the indices in the store `dir`.
pub(super) fn folder(dir: &Path) -> PathBuf {
    dir.join("index")
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// The digest that 64 hexadecimal digits say.
pub(super) fn digest_of(hex: &str) -> Option<Digest> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut digest = Digest::default();
    for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}
