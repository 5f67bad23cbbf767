//! Compares the published architectures at their full size, and keeps the table for `docs/parity.md`.

use mlpt_core::files::write_atomic;
use mlpt_tests::parity::{full_checks, full_path, table};
use std::process::ExitCode;

#[allow(clippy::print_stderr)]
fn main() -> ExitCode {
    let checks = full_checks();
    let text = table(&checks);
    eprintln!("{text}");
    if let Err(e) = write_atomic(&full_path(), text.as_bytes()) {
        eprintln!("error: {e}");
        return ExitCode::FAILURE;
    }
    if checks.iter().all(|c| c.passes()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
