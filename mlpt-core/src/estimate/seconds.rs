//! Spans of time.

use serde::Serialize;
use std::ops::{Add, Mul};

/// From the shortest to the longest that was seen, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
}

impl Seconds {
    /// Of some measurements; nothing of none.
    pub fn of(all: &[f64]) -> Self {
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        Self { low: if low.is_finite() { low } else { 0.0 }, high: all.iter().copied().fold(0.0, f64::max) }
    }

    /// Half way between.
    fn middle(&self) -> f64 {
        (self.low + self.high) / 2.0
    }
}

impl Add for Seconds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

impl Mul<f64> for Seconds {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }
}

/// Where the time goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spent {
    /// The image tower.
    pub images: Seconds,
    /// Texts, forward.
    pub text_forward: Seconds,
    /// Texts, backward.
    pub text_backward: Seconds,
    /// Decoding and transforming images.
    pub loading: Seconds,
}

impl Spent {
    /// All together. Loading runs beside the rest: at best it costs nothing unless it takes longest, at worst the
    /// processor does one after the other.
    pub fn total(&self) -> Seconds {
        let towers = self.images + self.text_forward + self.text_backward;
        Seconds { low: towers.low.max(self.loading.low), high: towers.high + self.loading.high }
    }

    /// The greatest share in words, with its percentage.
    pub fn dominant(&self) -> (&'static str, f64) {
        let parts = [
            ("the image tower", self.images),
            ("texts, forward", self.text_forward),
            ("texts, backward", self.text_backward),
            ("loading images", self.loading),
        ];
        let sum: f64 = parts.iter().map(|(_, s)| s.middle()).sum();
        let most = parts.iter().max_by(|a, b| a.1.middle().total_cmp(&b.1.middle()));
        most.map_or(("", 0.0), |(name, s)| (*name, if sum > 0.0 { 100.0 * s.middle() / sum } else { 0.0 }))
    }
}

impl Add for Spent {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            images: self.images + other.images,
            text_forward: self.text_forward + other.text_forward,
            text_backward: self.text_backward + other.text_backward,
            loading: self.loading + other.loading,
        }
    }
}

impl Mul<f64> for Spent {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self {
            images: self.images * factor,
            text_forward: self.text_forward * factor,
            text_backward: self.text_backward * factor,
            loading: self.loading * factor,
        }
    }
}
