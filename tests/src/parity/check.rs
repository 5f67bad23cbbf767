//! One comparison.

use mlpt_core::Error;

/// What was compared with what, and how it came out.
#[derive(Clone, Debug)]
pub struct Check {
    /// Group of the report: `towers`, `tokenizer`, `losses`, `optimisers`, ...
    pub group: &'static str,
    /// What was compared, such as `text tower, gradient of the embeddings`.
    pub what: String,
    /// The script in `tests/golden` and the package that it runs: `towers.py (transformers 5.1.0)`.
    pub reference: &'static str,
    /// How many numbers were compared.
    pub count: usize,
    /// The largest difference that is let pass, with the meaning of `difference`.
    pub tolerance: f64,
    /// The largest difference that was seen: absolute, or relative to the largest reference value
    /// where `relative` is set. Counts of unequal ids, bytes or splits are differences too.
    pub difference: f64,
    /// Whether the difference is relative to the largest absolute reference value.
    pub relative: bool,
}

impl Check {
    /// Whether the difference is within the tolerance; a difference that is not a number is not.
    pub fn passes(&self) -> bool {
        self.count > 0 && self.difference <= self.tolerance
    }
}

/// The checks of a family. One that could not be made at all is a check that fails and says why.
pub(super) fn gather(
    group: &'static str,
    reference: &'static str,
    make: impl FnOnce() -> mlpt_core::Result<Vec<Check>>,
) -> Vec<Check> {
    let broken = |e: Error| {
        let what = format!("could not be compared: {e}");
        vec![Check { group, what, reference, count: 0, tolerance: 0.0, difference: f64::INFINITY, relative: false }]
    };
    make().unwrap_or_else(broken)
}
