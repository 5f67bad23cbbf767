//! Images that cannot be read, found before a run stumbles over them.

use super::{ImageRef, Item, Splits};
use crate::{Error, Result};
use image::RgbImage;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An image that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Position in the list that was looked at.
    pub position: usize,
    /// Key of the image.
    pub image: String,
    /// Why, with its place.
    pub reason: String,
}

/// The decoded picture. A decoder that panics on a broken file does not take the thread with it.
pub(super) fn decode(image: &ImageRef) -> Result<RgbImage> {
    let decoded = catch_unwind(AssertUnwindSafe(|| image.decode()));
    let picture = decoded.unwrap_or_else(|_| Err(Error::data(image.key(), "the image decoder failed on it")))?;
    if picture.width() == 0 || picture.height() == 0 {
        return Err(Error::data(image.key(), "the image has no pixels"));
    }
    Ok(picture)
}

/// Opens every image and tells which cannot be read, in order.
pub fn broken(items: &[&Item]) -> Vec<Broken> {
    let look = |(position, item): (usize, &&Item)| {
        let reason = decode(&item.image).err()?.to_string();
        Some(Broken { position, image: item.image.key().to_owned(), reason })
    };
    items.par_iter().enumerate().filter_map(look).collect()
}

impl Splits {
    /// Takes the images out that cannot be read, and tells which those were. Every image is opened.
    pub fn drop_broken(&mut self) -> Vec<Broken> {
        let mut all = Vec::new();
        for list in [&mut self.train, &mut self.val, &mut self.test] {
            let found = broken(&list.iter().collect::<Vec<_>>());
            let mut gone = found.iter().map(|b| b.position).peekable();
            let mut position = 0;
            list.retain(|_| {
                let keep = gone.next_if_eq(&position).is_none();
                position += 1;
                keep
            });
            all.extend(found);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageStore;
    use std::sync::Arc;

    struct Store;

    impl ImageStore for Store {
        fn load(&self, key: &str) -> Result<RgbImage> {
            match key.strip_prefix("bad") {
                Some("-panic") => panic!("a decoder's own fault"),
                Some("-empty") => Ok(RgbImage::new(0, 3)),
                Some(_) => Err(Error::data(key, "broken")),
                None => Ok(RgbImage::new(2, 2)),
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_taken_out_and_told() {
        let store = Arc::new(Store);
        let items = |keys: &[&str]| -> Vec<Item> {
            let image = |key: &str| ImageRef::Stored { store: store.clone(), key: Arc::from(key) };
            keys.iter().enumerate().map(|(label, key)| Item { image: image(key), label, domain: 0 }).collect()
        };
        let mut splits = Splits {
            train: items(&["bad1", "a", "bad-panic", "b", "bad2"]),
            val: items(&["c"]),
            test: items(&["bad-empty", "d"]),
            class_names: Vec::new(),
            template: String::new(),
        };
        let gone = splits.drop_broken();
        let images: Vec<&str> = gone.iter().map(|b| b.image.as_str()).collect();
        assert_eq!(images, ["bad1", "bad-panic", "bad2", "bad-empty"]);
        assert!(gone[3].reason.contains("has no pixels"), "{}", gone[3].reason);
        let left = |list: &[Item]| list.iter().map(|i| (i.image.key().to_owned(), i.label)).collect::<Vec<_>>();
        assert_eq!(left(&splits.train), [("a".to_owned(), 1), ("b".to_owned(), 3)]);
        assert_eq!((left(&splits.val).len(), left(&splits.test)), (1, vec![("d".to_owned(), 1)]));
        assert!(splits.drop_broken().is_empty());
    }
}
