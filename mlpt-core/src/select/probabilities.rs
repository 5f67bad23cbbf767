//! Probabilities of a pool, on the host.

use crate::{Error, Result};
use candle_core::{DType, Tensor};

/// Probabilities `[N, C]` in f64, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Probabilities {
    values: Vec<f64>,
    classes: usize,
}

impl Probabilities {
    /// No rows yet, of `classes` numbers each.
    pub fn empty(classes: usize) -> Self {
        Self { values: Vec::new(), classes }
    }

    /// Rows of `classes` numbers, one after the other.
    ///
    /// # Errors
    /// When the last row is not full.
    pub fn new(values: Vec<f64>, classes: usize) -> Result<Self> {
        if classes == 0 || !values.len().is_multiple_of(classes) {
            return Err(Error::invalid(format!("{} probabilities are no whole rows of {classes}", values.len())));
        }
        Ok(Self { values, classes })
    }

    /// Adds the softmax of logits `[B, C]`, computed on the host in f64 without a graph.
    ///
    /// # Errors
    /// When the shape is another.
    pub fn push_logits(&mut self, logits: &Tensor) -> Result<()> {
        let (_, classes) = logits.dims2()?;
        if classes != self.classes {
            return Err(Error::invalid(format!("logits of {classes} classes, not {}", self.classes)));
        }
        let rows: Vec<Vec<f64>> = logits.detach().to_dtype(DType::F64)?.to_vec2()?;
        for row in rows {
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let powers: Vec<f64> = row.iter().map(|z| (z - top).exp()).collect();
            let sum: f64 = powers.iter().sum();
            self.values.extend(powers.iter().map(|p| p / sum));
        }
        Ok(())
    }

    /// `N`.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.classes).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// `C`.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.classes.max(1))
    }

    /// Every number, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Whether every number can be a probability.
    ///
    /// # Errors
    /// With the first row that has one that cannot.
    pub fn check(&self) -> Result<()> {
        // A sum of rounded quotients may be off by a last digit.
        let good = |p: &f64| *p >= 0.0 && *p <= 1.0 + 1e-6;
        match self.rows().position(|row| !row.iter().all(good)) {
            Some(at) => Err(Error::invalid(format!("probabilities of pool item {at} are not all from 0 to 1"))),
            None => Ok(()),
        }
    }
}

/// The class of the greatest number; of equals the first, as everywhere.
pub(super) fn greatest(row: &[f64]) -> Option<usize> {
    (0..row.len()).reduce(|best, c| if row[c] > row[best] { c } else { best })
}
