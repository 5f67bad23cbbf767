//! What every training step needs: where it is, whether its numbers are sound, running means.

use crate::{Images, Learner};
use candle_core::{D, DType, Tensor};
use mlpt_core::data::{Batch, Item};
use mlpt_core::prompt::TextState;
use mlpt_core::{Error, Result};

/// Where in a run a step stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// One-based epoch.
    pub epoch: usize,
    /// One-based batch.
    pub batch: usize,
}

impl Place {
    /// An [`Error::NonFinite`] here.
    pub fn non_finite(&self, tensor: impl Into<String>) -> Error {
        Error::NonFinite { tensor: tensor.into(), epoch: self.epoch, batch: self.batch }
    }
}

/// Whether a tensor holds neither infinities nor NaN.
///
/// # Errors
/// When a tensor operation fails.
pub(crate) fn all_finite(x: &Tensor) -> Result<bool> {
    // A product with zero is zero for finite numbers only, and a sum keeps what is not.
    let probe = (x.to_dtype(DType::F32)? * 0.0)?.sum_all()?.to_scalar::<f32>()?;
    Ok(probe == 0.0)
}

/// Follows a bad loss back to where it began: parameters, then pixels, features, text, logits.
///
/// # Errors
/// Always: [`Error::NonFinite`] with the first tensor at fault, or a failed operation.
pub(crate) fn blame(
    learner: &Learner,
    place: Place,
    inputs: &[(&Batch, &Images)],
    items: &[Item],
    text: Option<&TextState>,
) -> Result<()> {
    if let Some(name) = learner.bad_parameter()? {
        return Err(place.non_finite(name));
    }
    for (batch, images) in inputs {
        let pixels = batch.images()?;
        for (row, &index) in batch.indices.iter().enumerate() {
            if !all_finite(&pixels.get(row)?)? {
                let key = items.get(index).map_or("?", |item| item.image.key());
                return Err(place.non_finite(format!("a pixel of image '{key}'")));
            }
        }
        if let Some(features) = images.features()
            && !all_finite(features)?
        {
            return Err(place.non_finite("the image tower's output"));
        }
    }
    for tensor in text.iter().flat_map(|t| &t.tensors) {
        if !all_finite(tensor)? {
            return Err(place.non_finite(format!("the text tower's output for {}", learner.name())));
        }
    }
    Err(place.non_finite(format!("the loss of {}", learner.name())))
}

/// A scalar tensor's value.
///
/// # Errors
/// When it is no scalar.
pub(crate) fn value(loss: &Tensor) -> Result<f64> {
    Ok(f64::from(loss.to_dtype(DType::F32)?.to_scalar::<f32>()?))
}

/// Share of rows of `logits` `[B, C]` whose greatest entry is at `labels`, in percent.
///
/// # Errors
/// When a tensor operation fails.
pub fn accuracy(logits: &Tensor, labels: &[usize]) -> Result<f64> {
    let predicted = logits.detach().argmax(D::Minus1)?.to_vec1::<u32>()?;
    let right = predicted.iter().zip(labels).filter(|(p, l)| **p as usize == **l).count();
    Ok(100.0 * right as f64 / labels.len().max(1) as f64)
}

/// Unweighted means over an epoch's steps, by name in the order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct Means {
    sums: Vec<(String, f64, usize)>,
}

impl Means {
    /// Adds one step's figures.
    pub fn add(&mut self, figures: &[(String, f64)]) {
        for (name, figure) in figures {
            match self.sums.iter_mut().find(|(n, ..)| n == name) {
                Some((_, sum, count)) => {
                    *sum += figure;
                    *count += 1;
                }
                None => self.sums.push((name.clone(), *figure, 1)),
            }
        }
    }

    /// The means so far.
    pub fn means(&self) -> Vec<(String, f64)> {
        self.sums.iter().map(|(name, sum, count)| (name.clone(), sum / *count as f64)).collect()
    }
}
