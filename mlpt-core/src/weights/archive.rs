//! The zip archive in which torch keeps a pickle and the storages that it speaks of.

use super::sniff::Opened;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::io::BufReader;
use std::ops::Range;
use zip::{CompressionMethod, ZipArchive};

/// No checkpoint's pickle comes near: the numbers stand elsewhere, and a big model has some 100 KiB. What
/// the machine makes of a pickle takes up to some fifty times its length.
const LONGEST_PICKLE: u64 = 32 << 20;

/// The parts of an archive that are wanted.
pub(super) struct Archive {
    /// `data.pkl`.
    pub(super) pickle: Vec<u8>,
    /// The storages by key (`data/0` has key `0`): bytes of the file, or why they cannot be had.
    storages: BTreeMap<String, Result<Range<u64>, String>>,
}

impl Archive {
    /// Reads the archive's list and its pickle. The folder at its root may have any name.
    pub(super) fn open(opened: &mut Opened) -> Result<Self> {
        let path = opened.path.clone();
        let fault = |message: String| Error::model(&path, message);
        let broken = |e: zip::result::ZipError| {
            fault(format!("is a zip archive that is cut off or damaged ({e}); fetch the file again"))
        };
        let file = opened.file.try_clone().map_err(|e| Error::io(&path, e))?;
        let mut zip = ZipArchive::new(BufReader::with_capacity(512, file)).map_err(broken)?;
        let names: Vec<String> = zip.file_names_raw().map(|n| String::from_utf8_lossy(n).into_owned()).collect();
        let pickles = names.iter().filter(|n| *n == "data.pkl" || n.ends_with("/data.pkl"));
        let Some(pickle) = pickles.min_by_key(|n| n.matches('/').count()) else {
            return Err(fault(without_pickle(&names)));
        };
        let root = &pickle[..pickle.len() - "data.pkl".len()];

        let (mut start, mut storages, mut order) = (None, BTreeMap::new(), None);
        for (index, name) in names.iter().enumerate() {
            let Some(part) = name.strip_prefix(root) else { continue };
            let key = part.strip_prefix("data/");
            if key.is_none() && part != "data.pkl" && part != "byteorder" {
                continue;
            }
            let entry = zip.by_index_raw(index).map_err(broken)?;
            let place = place(&entry, opened.len);
            match key {
                Some(key) => drop(storages.insert(key.to_owned(), place)),
                None if part == "byteorder" => order = Some(place),
                None => start = Some(place),
            }
        }
        let mut bytes = |name: &str, place: Result<Range<u64>, String>, longest: u64| {
            let place = place.map_err(|e| fault(format!("{name}: {e}")))?;
            match place.end - place.start {
                len if len <= longest => opened.bytes(place.start, len as usize),
                len => Err(fault(format!("{name} has {len} bytes, far more than torch writes; fetch the file again"))),
            }
        };
        if let Some(order) = order
            && bytes("byteorder", order, 64)? != b"little"
        {
            return Err(fault("was written on a big-endian machine; load and save it once on another".to_owned()));
        }
        let start = start.unwrap_or_else(|| Err("is missing".to_owned()));
        Ok(Self { pickle: bytes("data.pkl", start, LONGEST_PICKLE)?, storages })
    }

    /// The bytes of the file that hold a storage.
    pub(super) fn storage(&self, key: &str) -> Result<Range<u64>, String> {
        match self.storages.get(key) {
            Some(place) => place.clone().map_err(|e| format!("data/{key}: {e}")),
            None => Err(format!("data/{key} is not in the archive; fetch the file again")),
        }
    }
}

/// Where an entry's bytes stand. torch stores them as they are.
fn place<R: std::io::Read>(entry: &zip::read::ZipFile<'_, R>, len: u64) -> Result<Range<u64>, String> {
    if entry.encrypted() {
        return Err("is encrypted; load and save it once with torch".to_owned());
    }
    if entry.compression() != CompressionMethod::Stored {
        return Err(
            "is compressed, which torch.save does not do; unpack the archive and pack it with `zip -0`, or load \
                    and save it once with torch"
                .to_owned(),
        );
    }
    let start = entry.data_start().ok_or("has no place in the archive")?;
    match start.checked_add(entry.size()) {
        Some(end) if end <= len && entry.size() == entry.compressed_size() => Ok(start..end),
        _ => Err(format!("claims {} bytes from {start} on, in a file of {len}; fetch the file again", entry.size())),
    }
}

fn without_pickle(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(6).map(String::as_str).collect();
    let more = if names.len() > shown.len() { ", ..." } else { "" };
    format!(
        "is a zip archive that neither torch.save nor torch.jit wrote: there is no data.pkl in it ({}{more}); unpack it \
         and give the file of weights",
        shown.join(", ")
    )
}
