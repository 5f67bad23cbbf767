//! Every comparison of this program with an independent implementation. Each reads a golden file in
//! `tests/golden`, made by the script beside it, and says how far apart the two are.

mod check;

pub use check::Check;

/// All comparisons, in the order of `docs/parity.md`.
pub fn all() -> Vec<Check> {
    Vec::new()
}
