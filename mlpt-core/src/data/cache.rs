//! Decoded pictures that are kept in memory, up to a budget.

use super::ImageRef;
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
    images: HashMap<(usize, Arc<str>), (ImageRef, Arc<RgbImage>)>,
}

impl ImageCache {
    /// A cache of at most `budget` bytes of pixels.
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, kept: Mutex::default() }
    }

    pub(super) fn get(&self, image: &ImageRef) -> Option<Arc<RgbImage>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.images.get(&identity(image)).map(|(_, picture)| picture.clone())
    }

    /// Keeps the picture if there is room.
    pub(super) fn put(&self, image: &ImageRef, picture: &Arc<RgbImage>) {
        let size = picture.as_raw().len();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = identity(image);
        if kept.bytes + size <= self.budget && !kept.images.contains_key(&key) {
            kept.bytes += size;
            kept.images.insert(key, (image.clone(), picture.clone()));
        }
    }
}

fn identity(image: &ImageRef) -> (usize, Arc<str>) {
    match image {
        ImageRef::File { root, relative } => (Arc::as_ptr(root).cast::<u8>().addr(), relative.clone()),
        ImageRef::Stored { store, key } => (Arc::as_ptr(store).cast::<u8>().addr(), key.clone()),
    }
}
