//! From logits to labels.

use crate::{Error, Result};
use candle_core::{DType, Tensor};

/// The label with the highest logit for each row of `[B, C]`; of equals the first (two classes with
/// the same prompt do tie).
///
/// # Errors
/// When the shape is another, or a logit is NaN: such a model has no opinion.
pub fn predictions(logits: &Tensor) -> Result<Vec<usize>> {
    let rows: Vec<Vec<f32>> = logits.detach().to_dtype(DType::F32)?.to_vec2()?;
    rows.iter().enumerate().map(|(i, row)| best(row).ok_or_else(|| fault(i))).collect()
}

fn best(row: &[f32]) -> Option<usize> {
    if row.iter().any(|x| x.is_nan()) {
        return None;
    }
    (0..row.len()).reduce(|best, i| if row[i] > row[best] { i } else { best })
}

fn fault(image: usize) -> Error {
    Error::invalid(format!("the logits of image {image} in the batch hold NaN, or there are no classes"))
}
