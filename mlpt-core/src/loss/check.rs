//! Shapes and labels are checked on the host: a wrong index is an error, not a crash on the device.

use crate::{Error, Result};
use candle_core::{D, DType, Tensor};

/// `(B, C)` of the logits.
pub(super) fn logits(logits: &Tensor) -> Result<(usize, usize)> {
    match logits.dims() {
        &[batch, classes] if batch > 0 && classes > 0 => Ok((batch, classes)),
        other => Err(Error::invalid(format!("a loss asks for logits [B, C] of at least one image, found {other:?}"))),
    }
}

/// The labels `[B]` on the host, each below `C`.
pub(super) fn labels(labels: &Tensor, batch: usize, classes: usize) -> Result<Vec<u32>> {
    if labels.dims() != [batch] || !labels.dtype().is_int() {
        return Err(Error::invalid(format!(
            "a loss asks for one whole-number label for each of {batch} images, found {:?} of {:?}",
            labels.dims(),
            labels.dtype()
        )));
    }
    let labels: Vec<u32> = labels.to_dtype(DType::U32)?.to_vec1()?;
    match labels.iter().position(|&l| l as usize >= classes) {
        Some(at) => {
            Err(Error::invalid(format!("label {} of image {at} in the batch: there are {classes} classes", labels[at])))
        }
        None => Ok(labels),
    }
}

/// Checks that targets have the logits' shape, and gives them as f32 without a graph.
pub(super) fn targets(targets: &Tensor, batch: usize, classes: usize) -> Result<Tensor> {
    if targets.dims() != [batch, classes] {
        return Err(Error::invalid(format!(
            "targets have the shape {:?}, but the logits have [{batch}, {classes}]",
            targets.dims()
        )));
    }
    Ok(targets.detach().to_dtype(DType::F32)?)
}

/// One-hot rows `[B, C]` in f32 of labels `[B, 1]` that are below `C`.
pub(super) fn one_hot(index: &Tensor, classes: usize) -> Result<Tensor> {
    let ones = Tensor::ones(index.shape(), DType::F32, index.device())?;
    let zeros = Tensor::zeros((index.elem_count(), classes), DType::F32, index.device())?;
    Ok(zeros.scatter_add(index, &ones, D::Minus1)?)
}
