//! What a handful of values comes to.

use super::student::two_sided_quantile;
use serde::Serialize;

/// The confidence of [`Summary::interval`].
pub const CONFIDENCE: f64 = 0.95;

/// Mean and spread of some values, in their unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Number of values, at least 1.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Sample standard deviation, divided by `n - 1`; absent for one value. The field's older scripts
    /// (Dassl's `parse_test_res.py`) divide by `n`, which for three seeds gives 0.82 of it.
    pub deviation: Option<f64>,
    /// 95 % confidence interval of the mean by Student's t with `n - 1` degrees of freedom; absent for
    /// one value. (Dassl's takes 1.96 for any `n`; for three seeds it should be 4.30.)
    pub interval: Option<[f64; 2]>,
}

impl Summary {
    /// The summary of `values`; `None` where there are none, or one is not finite.
    pub fn of(values: &[f64]) -> Option<Self> {
        let first = *values.first()?;
        if values.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let n = values.len();
        // From the first value on, so that equal values have exactly their mean and no deviation.
        let mean = first + values.iter().map(|v| v - first).sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let deviation = (n > 1).then(|| (squares / (n - 1) as f64).sqrt());
        let interval = deviation.and_then(|deviation| {
            let half = two_sided_quantile(CONFIDENCE, n - 1)? * deviation / (n as f64).sqrt();
            Some([mean - half, mean + half])
        });
        Some(Self { n, mean, deviation, interval })
    }

    /// Half the width of the interval: what a mean is written with behind a plus-minus sign.
    pub fn half_width(&self) -> Option<f64> {
        self.interval.map(|[low, high]| 0.5 * (high - low))
    }
}
