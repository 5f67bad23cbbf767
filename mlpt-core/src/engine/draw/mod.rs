//! Which items a run trains on: drawn afresh, or read from where a draw was kept.

mod file;
mod fingerprint;
mod fresh;
#[cfg(test)]
mod noise_tests;
mod pool;
mod source;
#[cfg(test)]
mod tests;

pub use fresh::DrawConfig;
pub(super) use fresh::given;
pub(super) use source::{Draw, Source};
