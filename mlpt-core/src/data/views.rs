//! Fixed views of training images, and the features of those that were shown.

use super::ImageRef;
use super::cache::identity;
use crate::rng::RngTree;
use crate::{Error, Result};
use rand::Rng as _;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// `V` views of each image, drawn once. Features of a view are kept in memory once they have been encoded:
/// at most `N * V * E` numbers. Which view is shown when, and what it looks like, hangs on the generator tree alone.
pub struct ViewBank {
    count: usize,
    rng: RngTree,
    /// Holds on to the images, so that the addresses in `places` stay theirs.
    images: Vec<ImageRef>,
    places: HashMap<(usize, Arc<str>), usize>,
    /// Whether whole batches of pixels are asked for.
    pixels: AtomicBool,
    rows: Mutex<Rows>,
}

/// By slot: image times `V` plus view.
struct Rows {
    features: Vec<Option<Arc<[f32]>>>,
    /// What the run has encoded, by this process or an earlier one.
    counted: Vec<bool>,
}

/// The place of a view's features.
pub(super) type Slot = usize;

impl ViewBank {
    /// `count` views of each of `images` (an image may be named twice), drawn from `rng` by the image's key.
    pub fn new<'a>(count: usize, images: impl IntoIterator<Item = &'a ImageRef>, rng: RngTree) -> Self {
        let (mut all, mut places) = (Vec::new(), HashMap::new());
        for image in images {
            places.entry(identity(image)).or_insert_with(|| {
                all.push(image.clone());
                all.len() - 1
            });
        }
        let slots = all.len() * count;
        let rows = Rows { features: vec![None; slots], counted: vec![false; slots] };
        Self { count: count.max(1), rng, images: all, places, pixels: AtomicBool::default(), rows: Mutex::new(rows) }
    }

    /// `V`.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of images.
    pub fn images(&self) -> usize {
        self.images.len()
    }

    /// The view to show where the draw of a fresh one would hang on `key`: the generator that its transform draws
    /// from, and its slot.
    pub(super) fn choose(&self, image: &ImageRef, key: &RngTree) -> (RngTree, Option<Slot>) {
        let view = key.child("view").rng().random_range(0..self.count);
        let place = self.places.get(&identity(image));
        (self.rng.child(image.key()).at(view), place.map(|place| place * self.count + view))
    }

    /// Says that whole batches of pixels are asked for, so that they are made ahead of time.
    pub(super) fn want_pixels(&self) {
        self.pixels.store(true, Ordering::Relaxed);
    }

    pub(super) fn wants_pixels(&self) -> bool {
        self.pixels.load(Ordering::Relaxed)
    }

    pub(super) fn has(&self, slot: Slot) -> bool {
        self.get(slot).is_some()
    }

    pub(super) fn get(&self, slot: Slot) -> Option<Arc<[f32]>> {
        self.lock().features.get(slot).cloned().flatten()
    }

    /// Keeps the features of a view; true where the run has not encoded it before.
    pub(super) fn put(&self, slot: Slot, row: Arc<[f32]>) -> bool {
        let mut rows = self.lock();
        if let Some(place) = rows.features.get_mut(slot) {
            *place = Some(row);
        }
        rows.counted.get_mut(slot).is_none_or(|counted| !std::mem::replace(counted, true))
    }

    /// Which views the run has encoded, for its state: a hexadecimal digit for each four slots.
    pub fn encoded(&self) -> String {
        let rows = self.lock();
        let digit = |four: &[bool]| four.iter().rev().fold(0, |n, bit| 2 * n + u32::from(*bit));
        rows.counted.chunks(4).map(|four| char::from_digit(digit(four), 16).unwrap_or('0')).collect()
    }

    /// Puts back what [`ViewBank::encoded`] said. Their features are encoded again when they are shown, without being
    /// counted again.
    ///
    /// # Errors
    /// When it was said of another number of views.
    pub fn restore(&self, encoded: &str) -> Result<()> {
        let mut rows = self.lock();
        let digits: Option<Vec<u32>> = encoded.chars().map(|c| c.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() == rows.counted.len().div_ceil(4)).ok_or_else(|| {
            Error::invalid("the run's state is of other views than DATALOADER.VIEWS says; --overwrite starts anew")
        })?;
        for (slot, counted) in rows.counted.iter_mut().enumerate() {
            *counted = digits[slot / 4] >> (slot % 4) & 1 == 1;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ViewBank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewBank").field("count", &self.count).field("images", &self.images.len()).finish()
    }
}
