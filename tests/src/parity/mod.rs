//! Every comparison of this program with an independent implementation. Each reads a golden file in
//! `tests/golden`, made by the script beside it, and says how far apart the two are.

mod augment;
mod check;
pub mod clip_tokens;
mod comparison;
mod device;
mod early;
mod epochs;
mod evaluator;
mod family;
pub mod generated;
pub mod golden;
mod losses;
mod mixture;
mod optimisers;
mod prompts;
mod report;
mod schedules;
mod selectors;
mod tokenizer;
mod towers;
mod transforms;

pub use check::Check;
pub use comparison::Comparison;
pub use device::compute_on;
pub use family::full_checks;
pub use report::{full_path, render, report_path, table, table_rows};

/// All comparisons, in the order of `docs/parity.md`.
pub fn all() -> Vec<Check> {
    [
        towers::checks(),
        family::checks(),
        tokenizer::checks(),
        tokenizer::openai_checks(),
        transforms::checks(),
        augment::checks(),
        losses::checks(),
        early::checks(),
        optimisers::checks(),
        schedules::checks(),
        mixture::checks(),
        selectors::checks(),
        evaluator::checks(),
        epochs::checks(),
        prompts::checks(),
    ]
    .concat()
}
