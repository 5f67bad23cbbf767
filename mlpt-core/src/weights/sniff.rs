//! What a file is, by its first bytes; and what to do about all that is no file of weights.

use crate::{Error, Result};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What tensors come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Safetensors,
    Zip,
}

/// A file that may hold weights.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) file: File,
    /// In bytes.
    pub(super) len: u64,
    pub(super) container: Container,
}

/// The longest header that the safetensors library writes or reads.
pub(super) const LONGEST_HEADER: u64 = 100_000_000;

/// Enough for the mark of a tar archive.
const SNIFFED: u64 = 512;

/// How torch files from before 1.6 begin: a pickle of protocol 2 that holds the format's magic number.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19";

impl Opened {
    /// Opens a file and looks at how it begins.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let io = |e| Error::io(path, e);
        let about = std::fs::metadata(path).map_err(io)?;
        if !about.is_file() {
            let what = if about.is_dir() { "a folder" } else { "no regular file" };
            return Err(Error::model(path, format!("is {what}; give the file of weights itself")));
        }
        let mut file = File::open(path).map_err(io)?;
        let (len, mut start) = (about.len(), Vec::new());
        file.by_ref().take(SNIFFED).read_to_end(&mut start).map_err(io)?;
        let container = container(&start, len).map_err(|e| Error::model(path, e))?;
        Ok(Self { path: path.to_owned(), file, len, container })
    }

    /// Bytes from one place; the caller has compared the place with the file's length.
    pub(super) fn bytes(&mut self, start: u64, len: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        self.fill(start, &mut bytes)?;
        Ok(bytes)
    }

    /// Fills `bytes` from one place.
    pub(super) fn fill(&mut self, start: u64, bytes: &mut [u8]) -> Result<()> {
        let read = self.file.seek(SeekFrom::Start(start)).and_then(|_| self.file.read_exact(bytes));
        read.map_err(|e| Error::io(&self.path, e))
    }
}

fn container(start: &[u8], len: u64) -> Result<Container, String> {
    let begins = |mark: &[u8]| start.starts_with(mark);
    // First, because the number in front may look like any other mark.
    if let (Some(number), Some(b'{')) = (start.first_chunk(), start.get(8))
        && u64::from_le_bytes(*number) <= LONGEST_HEADER
    {
        return Ok(Container::Safetensors);
    }
    if begins(b"PK\x03\x04") {
        return Ok(Container::Zip);
    }
    let again = "fetch the file again";
    Err(if start.is_empty() {
        format!("is empty; {again}")
    } else if begins(LEGACY) {
        "was written by torch before 1.6 (or with _use_new_zipfile_serialization=False) and is no zip archive; convert \
         it: python -c \"import sys, torch; torch.save(torch.load(sys.argv[1], map_location='cpu'), sys.argv[2])\" OLD NEW"
            .to_owned()
    } else if start[0] == 0x80 && start.get(1).is_some_and(|version| *version <= 5) {
        "is a plain Python pickle, not a file of torch.save; load it in Python and write its tensors with torch.save"
            .to_owned()
    } else if begins(b"version https://git-lfs") {
        "is a pointer of git-lfs, not the weights; run `git lfs pull` in its repository, or download the file itself"
            .to_owned()
    } else if start.get(257..262) == Some(b"ustar") {
        "is a tar archive; unpack it and give the file of weights that is in it".to_owned()
    } else if begins(b"\x1f\x8b") {
        "is compressed with gzip; unpack it first".to_owned()
    } else if begins(b"PK\x05\x06") {
        format!("is a zip archive with nothing in it; {again}")
    } else if let Some(text) = text(start) {
        if text.starts_with('<') {
            format!(
                "is a web page, not weights: a server answered with an error or a login; {again} and look at the link"
            )
        } else {
            let shown: String = text.chars().take(60).collect();
            format!("is text, not weights: '{}'; {again} and look at the link", shown.escape_debug())
        }
    } else {
        let shown: Vec<String> = start.iter().take(8).map(|b| format!("{b:02x}")).collect();
        format!(
            "is neither safetensors, nor a zip archive of torch.save, nor TorchScript ({len} bytes that begin with {}); \
             {again}, or convert it to safetensors",
            shown.join(" ")
        )
    })
}

/// The beginning of a text, where it is one; a character that the piece cuts off does not count.
fn text(start: &[u8]) -> Option<&str> {
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&start[..e.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let text = valid.trim_start_matches('\u{feff}').trim();
    (!text.is_empty() && !text.chars().any(|c| c.is_control() && !c.is_whitespace())).then_some(text)
}
