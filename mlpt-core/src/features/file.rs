//! One file of features: those of one recipe, by image digest.

use super::recipe::Recipe;
use super::stamp::is_absent;
use crate::files::{sha256_hex, write_atomic};
use crate::{Error, Result};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// SHA-256 of an image's bytes.
pub(super) type Digest = [u8; 32];

/// The one metadata key.
const META: &str = "mlpt";
const ROWS: &str = "features";
const DIGESTS: &str = "digests";

/// What a file says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    /// Name of the model, for people.
    pub(super) name: String,
    pub(super) recipe: Recipe,
    /// SHA-256 of digests and features, one behind the other.
    pub(super) sha256: String,
}

/// Rows by digest, in the order of the digests.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    width: usize,
    digests: Vec<Digest>,
    values: Vec<f32>,
}

impl Rows {
    /// Unsorted rows of `width` numbers; of equal digests the first counts.
    pub(super) fn new(width: usize, mut rows: Vec<(Digest, Vec<f32>)>) -> Self {
        rows.retain(|(_, row)| row.len() == width);
        rows.sort_by_key(|row| row.0);
        rows.dedup_by_key(|row| row.0);
        let digests = rows.iter().map(|row| row.0).collect();
        Self { width, digests, values: rows.into_iter().flat_map(|row| row.1).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.digests.len()
    }

    /// The features of the image with this digest.
    pub(super) fn get(&self, digest: &Digest) -> Option<&[f32]> {
        let at = self.digests.binary_search(digest).ok()?;
        self.values.get(at * self.width..(at + 1) * self.width)
    }

    /// These rows, and those of `other` that are not among them.
    pub(super) fn merged(self, other: &Self) -> Self {
        if other.width != self.width || other.digests.iter().all(|d| self.get(d).is_some()) {
            return self;
        }
        let rows = [&self, other].into_iter().flat_map(|rows| {
            rows.digests.iter().zip(rows.values.chunks_exact(rows.width.max(1))).map(|(d, row)| (*d, row.to_vec()))
        });
        Self::new(self.width, rows.collect())
    }
}

/// Reads a file; `None` where there is none.
///
/// # Errors
/// When it cannot be read, or anything about it is not as it was written.
pub(super) fn read(path: &Path, recipe: &Recipe) -> Result<Option<Rows>> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if is_absent(&e) => return Ok(None),
        Err(e) => return Err(Error::io(path, e)),
    };
    let (meta, rows) = parse(&bytes).map_err(|what| Error::data(path, what))?;
    if meta.recipe != *recipe {
        return Err(Error::data(path, "holds features of something else"));
    }
    Ok(Some(rows))
}

/// The description of a file and the number of its rows.
///
/// # Errors
/// As [`read`].
pub(super) fn describe(path: &Path) -> Result<(Meta, usize)> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    let (meta, rows) = parse(&bytes).map_err(|what| Error::data(path, what))?;
    Ok((meta, rows.len()))
}

fn parse(bytes: &[u8]) -> std::result::Result<(Meta, Rows), String> {
    let damaged = |e: &dyn std::fmt::Display| format!("is damaged: {e}");
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| damaged(&e))?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| damaged(&e))?;
    let json = header.metadata().as_ref().and_then(|m| m.get(META)).ok_or_else(|| damaged(&"no description"))?;
    let meta: Meta = serde_json::from_str(json).map_err(|e| damaged(&e))?;
    let get = |name: &str| tensors.tensor(name).map_err(|e| damaged(&e));
    let (digests, features) = (get(DIGESTS)?, get(ROWS)?);
    let (&[n, 32], &[rows, width]) = (digests.shape(), features.shape()) else {
        return Err(damaged(&"other shapes"));
    };
    if (digests.dtype(), features.dtype()) != (Dtype::U8, Dtype::F32) || n != rows || width == 0 {
        return Err(damaged(&"other shapes"));
    }
    if sha256_hex(&[digests.data(), features.data()].concat()) != meta.sha256 {
        return Err(damaged(&"its checksum does not fit"));
    }
    let digests: Vec<Digest> = digests.data().as_chunks::<32>().0.to_vec();
    let values = features.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    if !digests.is_sorted_by(|a, b| a < b) {
        return Err(damaged(&"its rows are not in order"));
    }
    Ok((meta, Rows { width, digests, values }))
}

/// Writes the whole file or leaves the old one.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(path: &Path, name: &str, recipe: &Recipe, rows: &Rows) -> Result<()> {
    let fault = |e: &dyn std::fmt::Display| Error::data(path, format!("cannot be made: {e}"));
    let digests = rows.digests.concat();
    let values: Vec<u8> = rows.values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let sha256 = sha256_hex(&[digests.as_slice(), &values].concat());
    let meta = Meta { name: name.to_owned(), recipe: recipe.clone(), sha256 };
    let json = serde_json::to_string(&meta).map_err(|e| fault(&e))?;
    let view = |dtype, shape, data| TensorView::new(dtype, shape, data).map_err(|e| fault(&e));
    let tensors = [
        (DIGESTS, view(Dtype::U8, vec![rows.len(), 32], &digests)?),
        (ROWS, view(Dtype::F32, vec![rows.len(), rows.width], &values)?),
    ];
    let info = HashMap::from([(META.to_owned(), json)]);
    let bytes = safetensors::serialize(tensors, Some(info)).map_err(|e| fault(&e))?;
    write_atomic(path, &bytes)
}
