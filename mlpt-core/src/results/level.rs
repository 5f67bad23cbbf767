//! How much was made wrong, as tables tell it.

use crate::data::noise::NoiseScope;
use crate::engine::NoiseResult;

/// What must be the same for two runs to stand at one level of noise. Counts come before rates, and
/// what is counted by class before what is counted over all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LevelKey {
    pub(super) scope: NoiseScope,
    /// The bits of the rate, which is not negative: they sort as it does.
    rate: Option<u64>,
    /// 0 where a rate counts.
    pub(super) num_fp: usize,
}

impl LevelKey {
    /// The level of a run. Nothing wrong is one level, however it is said.
    pub(super) fn of(noise: &NoiseResult) -> Self {
        let rate = noise.rate.filter(|rate| *rate > 0.0);
        let num_fp = if rate.is_some() { 0 } else { noise.num_fp };
        let scope = if rate.is_some() || num_fp > 0 { noise.scope } else { NoiseScope::Class };
        Self { scope, rate: rate.map(f64::to_bits), num_fp }
    }

    /// The rate, where it counts.
    pub(super) fn rate(self) -> Option<f64> {
        self.rate.map(f64::from_bits)
    }

    /// Whether nothing was to be made wrong.
    pub(super) fn is_none(self) -> bool {
        self.num_fp == 0 && self.rate.is_none()
    }
}

/// `8 wrong`, `25 % wrong`, `25 % wrong over all`.
pub(super) fn label(level: LevelKey) -> String {
    let over_all = match level.scope {
        NoiseScope::Class => "",
        NoiseScope::Global => " over all",
    };
    match level.rate() {
        Some(rate) => format!("{} % wrong{over_all}", percent(rate)),
        None => format!("{} wrong{over_all}", level.num_fp),
    }
}

/// A share in percent, without the crumbs of binary fractions: `7` for 0.07.
fn percent(rate: f64) -> f64 {
    (rate * 1e8).round() / 1e6
}
