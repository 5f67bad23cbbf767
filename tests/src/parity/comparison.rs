//! A check in the making.

use super::Check;
use candle_core::{DType, Tensor};
use mlpt_core::Result;

/// Gathers the largest difference over any number of vectors.
pub struct Comparison {
    check: Check,
}

impl Comparison {
    /// Differences as they are.
    pub fn absolute(group: &'static str, what: impl Into<String>, reference: &'static str, tolerance: f64) -> Self {
        let what = what.into();
        Self { check: Check { group, what, reference, count: 0, tolerance, difference: 0.0, relative: false } }
    }

    /// Differences over the largest absolute value of the reference vector that they belong to.
    pub fn relative(group: &'static str, what: impl Into<String>, reference: &'static str, tolerance: f64) -> Self {
        let mut this = Self::absolute(group, what, reference, tolerance);
        this.check.relative = true;
        this
    }

    /// Whole things that have to be the same: the difference is the number of those that are not.
    pub fn exact(group: &'static str, what: impl Into<String>, reference: &'static str) -> Self {
        Self::absolute(group, what, reference, 0.0)
    }

    /// What is compared.
    pub fn what(&self) -> &str {
        &self.check.what
    }

    /// Compares two vectors. Another length, a number that is none, and a relative comparison with
    /// nothing but zeros are infinitely far apart.
    pub fn numbers(&mut self, ours: &[f64], theirs: &[f64]) {
        let size = theirs.iter().fold(0f64, |m, x| m.max(x.abs()));
        let unit = if self.check.relative { size } else { 1.0 };
        if ours.len() != theirs.len() {
            self.check.difference = f64::INFINITY;
        }
        for (a, b) in ours.iter().zip(theirs) {
            let apart = (a - b).abs() / unit;
            // `max` would pass over NaN.
            let apart = if apart.is_nan() { f64::INFINITY } else { apart };
            self.check.difference = self.check.difference.max(apart);
        }
        self.check.count += theirs.len();
    }

    /// Compares two tensors, their shapes too.
    ///
    /// # Errors
    /// When a tensor cannot be read.
    pub fn tensors(&mut self, ours: &Tensor, theirs: &Tensor) -> Result<()> {
        if ours.dims() != theirs.dims() {
            self.check.difference = f64::INFINITY;
        }
        self.numbers(&flat(ours)?, &flat(theirs)?);
        Ok(())
    }

    /// Counts what is not the same; what one side lacks is not.
    pub fn items<T: PartialEq>(&mut self, ours: &[T], theirs: &[T]) {
        let unequal = ours.iter().zip(theirs).filter(|(a, b)| a != b).count() + ours.len().abs_diff(theirs.len());
        self.check.difference += unequal as f64;
        self.check.count += theirs.len();
    }

    /// The check.
    pub fn finish(self) -> Check {
        self.check
    }
}

fn flat(x: &Tensor) -> Result<Vec<f64>> {
    Ok(x.detach().to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_passes_by_accident() {
        let of = |ours: &[f64], theirs: &[f64]| {
            let mut c = Comparison::relative("g", "w", "r", 0.1);
            c.numbers(ours, theirs);
            c.finish()
        };
        assert!(of(&[1.0, 10.5], &[1.5, 10.0]).passes());
        assert_eq!(of(&[1.0, 10.5], &[1.5, 10.0]).difference, 0.05);
        assert!(!of(&[1.0, 12.0], &[1.0, 10.0]).passes());
        assert!(!of(&[], &[]).passes());
        assert!(!of(&[1.0], &[1.0, 1.0]).passes());
        assert!(!of(&[f64::NAN, 1.0], &[1.0, 1.0]).passes());
        assert!(!of(&[0.0], &[0.0]).passes());
        let mut c = Comparison::exact("g", "w", "r");
        c.items(&[1, 2, 3], &[1, 0]);
        let check = c.finish();
        assert_eq!((check.difference, check.count, check.passes()), (2.0, 2, false));
    }
}
