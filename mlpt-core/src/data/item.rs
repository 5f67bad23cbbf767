//! Items and splits. Both are immutable once made.

use super::decode_picture;
use crate::files::sha256_hex;
use crate::{Error, Result};
use image::RgbImage;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Something that makes pictures by key: a renderer, an archive, a Parquet file.
pub trait ImageStore: Send + Sync {
    /// The picture called `key`.
    ///
    /// # Errors
    /// When there is none, or it cannot be decoded.
    fn load(&self, key: &str) -> Result<RgbImage>;

    /// The bytes that the picture called `key` is kept as; `None` (the default) from a store that makes
    /// its pictures, always the same one for the same key.
    ///
    /// # Errors
    /// When there is no such picture, or it cannot be read.
    fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let _ = key;
        Ok(None)
    }
}

/// A picture, not yet decoded.
#[derive(Clone)]
pub enum ImageRef {
    /// A file below a root folder.
    File {
        /// The folder.
        root: Arc<Path>,
        /// The path below it, with forward slashes.
        relative: Arc<str>,
    },
    /// A picture that a store makes.
    Stored {
        /// The store.
        store: Arc<dyn ImageStore>,
        /// Its name there, with forward slashes.
        key: Arc<str>,
    },
}

impl ImageRef {
    /// The name that manifests and logs use: a relative path or a store's key.
    pub fn key(&self) -> &str {
        match self {
            ImageRef::File { relative, .. } => relative,
            ImageRef::Stored { key, .. } => key,
        }
    }

    /// The file behind it, where there is one.
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            ImageRef::File { root, relative } => Some(root.join(&**relative)),
            ImageRef::Stored { .. } => None,
        }
    }

    /// The decoded picture in RGB; grey, palette and alpha pictures are converted.
    ///
    /// # Errors
    /// When the file is missing or no picture; the message names it.
    pub fn decode(&self) -> Result<RgbImage> {
        match self {
            ImageRef::File { .. } => {
                let path = self.path().unwrap_or_default();
                let bytes = std::fs::read(&path).map_err(|e| Error::io(&path, e))?;
                decode_picture(&path, &bytes)
            }
            ImageRef::Stored { store, key } => store.load(key),
        }
    }

    /// SHA-256 of the bytes that the picture is kept as, in a file or in a store; of the key, where a
    /// store makes its pictures.
    ///
    /// # Errors
    /// When the file or the store cannot be read.
    pub fn digest(&self) -> Result<String> {
        match self {
            ImageRef::File { .. } => {
                let path = self.path().unwrap_or_default();
                Ok(sha256_hex(&std::fs::read(&path).map_err(|e| Error::io(&path, e))?))
            }
            ImageRef::Stored { store, key } => Ok(match store.bytes(key)? {
                Some(bytes) => sha256_hex(&bytes),
                None => sha256_hex(key.as_bytes()),
            }),
        }
    }
}

impl fmt::Debug for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageRef({})", self.key())
    }
}

impl PartialEq for ImageRef {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key() && self.path() == other.path()
    }
}

/// A picture and the label that was given to it. There is no true label here: what a trainer sees
/// must not tell it which labels are wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The picture.
    pub image: ImageRef,
    /// The given label, `0..C`.
    pub label: usize,
    /// The domain, 0 where there is only one.
    pub domain: usize,
}

/// What a data set gives. Class names come from the clean data, always.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Splits {
    /// For training, and for drawing few-shot sets and pools from.
    pub train: Vec<Item>,
    /// For choosing a model; never for training.
    pub val: Vec<Item>,
    /// For the final figure only.
    pub test: Vec<Item>,
    /// `C` names, by label, as prompts use them (spaces, no underscores).
    pub class_names: Vec<String>,
    /// The zero-shot prompt with `{}` for the name.
    pub template: String,
}

impl Splits {
    /// SHA-256 of the class names and of every item's split, key and label: two runs with the same
    /// one drew from the same data. The pictures' bytes are not read.
    pub fn digest(&self) -> String {
        let mut text = self.class_names.join("\n");
        for (split, items) in [("train", &self.train), ("val", &self.val), ("test", &self.test)] {
            for item in items {
                // Writing to a string does not fail.
                let _ = write!(text, "\n{split},{},{}", item.label, item.image.key());
            }
        }
        sha256_hex(text.as_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Keeps the picture `kept` and makes every other.
    struct Shelf;

    impl ImageStore for Shelf {
        fn load(&self, _key: &str) -> Result<RgbImage> {
            Ok(RgbImage::new(1, 1))
        }

        fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
            Ok((key == "kept").then(|| b"abc".to_vec()))
        }
    }

    #[test]
    fn a_digest_is_of_the_bytes_where_there_are_any() {
        let of = |key: &str| ImageRef::Stored { store: Arc::new(Shelf), key: key.into() }.digest().unwrap();
        assert_eq!(of("kept"), sha256_hex(b"abc"));
        assert_eq!(of("made"), sha256_hex(b"made"));
    }
}
