//! Compares this program with the golden files of other implementations, and writes `docs/parity.md` where
//! all of them agree.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use mlpt_core::files::write_atomic;
use mlpt_tests::parity::{all, render, report_path};
use std::process::ExitCode;

fn main() -> ExitCode {
    let checks = all();
    for check in &checks {
        let verdict = if check.passes() { "ok  " } else { "FAIL" };
        println!(
            "{verdict} {:<10} {:<75} {:>7} numbers  {:>8.1e} of {:>8.1e}",
            check.group, check.what, check.count, check.difference, check.tolerance
        );
    }
    let failed = checks.iter().filter(|c| !c.passes()).count();
    println!("{} comparisons, {failed} of them failed", checks.len());
    if failed > 0 {
        eprintln!("error: docs/parity.md is left as it was");
        return ExitCode::FAILURE;
    }
    match write_atomic(&report_path(), render(&checks).as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}
