//! Brings the views of a file into memory, and takes the file's digest on the way.

use super::sniff::Opened;
use super::view::View;
use crate::{Error, Result, files};
use candle_core::Tensor;
use std::collections::{BTreeMap, HashMap};

/// Views may share storages and repeat numbers, so that a small file could ask for any amount of memory.
/// No file of weights needs more than a few times its length.
const TIMES_FILE: u64 = 4;
const AT_LEAST: u64 = 64 << 20;

/// The tensors, and the SHA-256 of the file. A second thread hashes it meanwhile: it finds the same bytes
/// in the system's cache, and neither has to wait for the other's order.
pub(super) fn load(from: &mut Opened, views: BTreeMap<String, View>) -> Result<(BTreeMap<String, Tensor>, String)> {
    // Tied weights are one tensor under several names.
    let mut names: HashMap<View, Vec<String>> = HashMap::new();
    for (name, view) in views {
        names.entry(view).or_default().push(name);
    }
    let mut places: Vec<(View, Vec<String>)> = names.into_iter().collect();
    places.sort_by(|a, b| (a.0.start(), &a.1).cmp(&(b.0.start(), &b.1)));
    let needed = places.iter().fold(0u64, |n, (view, _)| n.saturating_add(view.bytes()));
    if needed > (TIMES_FILE * from.len).max(AT_LEAST) {
        let message = format!(
            "its tensors would take {needed} bytes, but the file has {}; a few numbers stand for many, which no file of \
             weights does: save contiguous tensors",
            from.len
        );
        return Err(Error::model(&from.path, message));
    }
    let path = from.path.clone();
    std::thread::scope(|scope| {
        let digest = scope.spawn(|| files::sha256_file(&path));
        let mut tensors = BTreeMap::new();
        for (view, names) in places {
            let tensor = view.read(from)?;
            tensors.extend(names.into_iter().map(|name| (name, tensor.clone())));
        }
        let digest = digest.join().map_err(|_| Error::model(&path, "could not be hashed"))??;
        Ok((tensors, digest))
    })
}
