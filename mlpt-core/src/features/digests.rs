//! Digests of images, of most without reading them.

use super::file::Digest;
use super::index::{Index, digest_of};
use super::stamp::Stamp;
use super::store::FeatureStore;
use crate::data::{ImageRef, Item};
use crate::files::{sha256_file, sha256_hex};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// An image whose features can be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) digest: Digest,
    /// Of its file, before it was read; `None` where it lies in no file of its own.
    pub(super) stamp: Option<Stamp>,
}

/// The digest of each item; none where its features cannot be kept: what a renderer makes has no bytes,
/// and what cannot be read is for the decoder to tell.
pub(super) fn digests(store: &FeatureStore, items: &[Item]) -> Vec<Option<Known>> {
    let mut indices: BTreeMap<Arc<Path>, Index> = BTreeMap::new();
    for item in items {
        if let ImageRef::File { root, .. } = &item.image
            && !indices.contains_key(root)
        {
            indices.insert(root.clone(), store.read_index(root));
        }
    }
    let found: Vec<Option<(Known, bool)>> = items.par_iter().map(|item| look(&item.image, &indices)).collect();
    let mut fresh: BTreeMap<Arc<Path>, Index> = BTreeMap::new();
    for (item, found) in items.iter().zip(&found) {
        if let (ImageRef::File { root, relative }, Some((Known { digest, stamp: Some(stamp) }, true))) =
            (&item.image, found)
        {
            fresh.entry(root.clone()).or_default().put(relative, *stamp, *digest);
        }
    }
    for (root, index) in fresh {
        store.add_to_index(&root, index);
    }
    found.into_iter().map(|found| found.map(|(known, _)| known)).collect()
}

/// An image's digest, and whether its file had to be read for it.
fn look(image: &ImageRef, indices: &BTreeMap<Arc<Path>, Index>) -> Option<(Known, bool)> {
    match image {
        ImageRef::File { root, relative } => {
            let path = image.path()?;
            let stamp = Stamp::of_file(&path)?;
            if let Some(digest) = indices.get(root)?.get(relative, &stamp) {
                return Some((Known { digest, stamp: Some(stamp) }, false));
            }
            let digest = digest_of(&sha256_file(&path).ok()?)?;
            Some((Known { digest, stamp: Some(stamp) }, true)).filter(|_| Stamp::of_file(&path) == Some(stamp))
        }
        ImageRef::Stored { store, key } => {
            let digest = digest_of(&sha256_hex(&store.bytes(key).ok()??))?;
            Some((Known { digest, stamp: None }, true))
        }
    }
}
