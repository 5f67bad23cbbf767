//! Every comparison of this program with an independent implementation. Each reads a golden file in
//! `tests/golden`, made by the script beside it, and says how far apart the two are.

mod check;
mod comparison;
mod epochs;
mod evaluator;
pub mod golden;
mod losses;
mod mixture;
mod optimisers;
mod report;
mod schedules;
mod tokenizer;
mod towers;
mod transforms;

pub use check::Check;
pub use comparison::Comparison;
pub use report::{render, report_path, table_rows};

/// All comparisons, in the order of `docs/parity.md`.
pub fn all() -> Vec<Check> {
    [
        towers::checks(),
        tokenizer::checks(),
        transforms::checks(),
        losses::checks(),
        optimisers::checks(),
        schedules::checks(),
        mixture::checks(),
        evaluator::checks(),
        epochs::checks(),
    ]
    .concat()
}
