//! Decoded pictures that are kept in memory, up to a budget.

use super::ImageRef;
use crate::features::Stamp;
use image::RgbImage;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Keeps what fits and never throws out: epochs visit every picture in turn, where replacing the
/// oldest would always replace the one that is needed next.
#[derive(Debug, Default)]
pub(super) struct ImageCache {
    budget: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: usize,
    /// By address of the store (or root folder) and key. The reference is held along with the
    /// picture, so that no other store can come to lie at that address.
    images: HashMap<(usize, Arc<str>), Held>,
}

#[derive(Debug)]
struct Held {
    _image: ImageRef,
    picture: Arc<RgbImage>,
    /// Of its file, before it was read.
    stamp: Option<Stamp>,
}

impl ImageCache {
    /// A cache of at most `budget` bytes of pixels.
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, kept: Mutex::default() }
    }

    pub(super) fn get(&self, image: &ImageRef) -> Option<Arc<RgbImage>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.images.get(&identity(image)).map(|held| held.picture.clone())
    }

    /// The stamp of the file that a picture in here was read from; `None` where the picture is not in here.
    pub(super) fn stamp(&self, image: &ImageRef) -> Option<Option<Stamp>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.images.get(&identity(image)).map(|held| held.stamp)
    }

    /// Keeps the picture if there is room; `stamp` is its file's, from before it was read.
    pub(super) fn put(&self, image: &ImageRef, picture: &Arc<RgbImage>, stamp: Option<Stamp>) {
        let size = picture.as_raw().len();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = identity(image);
        if kept.bytes + size <= self.budget && !kept.images.contains_key(&key) {
            kept.bytes += size;
            let held = Held { _image: image.clone(), picture: picture.clone(), stamp };
            kept.images.insert(key, held);
        }
    }
}

/// What tells images apart while they are held.
pub(super) fn identity(image: &ImageRef) -> (usize, Arc<str>) {
    match image {
        ImageRef::File { root, relative } => (Arc::as_ptr(root).cast::<u8>().addr(), relative.clone()),
        ImageRef::Stored { store, key } => (Arc::as_ptr(store).cast::<u8>().addr(), key.clone()),
    }
}
