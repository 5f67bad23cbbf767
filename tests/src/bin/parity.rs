//! Compares this program with the golden files of other implementations, and writes `docs/parity.md` where
//! all of them agree.
//!
//! An argument, `cuda:0`, names another device than the CPU. Then the file is left as it is, and what is printed is for
//! `docs/gpu.md`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use mlpt_core::files::write_atomic;
use mlpt_tests::parity::{Check, all, compute_on, render, report_path};
use std::process::ExitCode;

fn main() -> ExitCode {
    let device = std::env::args().nth(1);
    if let Some(Err(error)) = device.as_deref().map(compute_on) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let checks = all();
    for check in &checks {
        let verdict = if check.passes() { "ok  " } else { "FAIL" };
        println!(
            "{verdict} {:<10} {:<75} {:>7} numbers  {:>8.1e} of {:>8.1e}",
            check.group, check.what, check.count, check.difference, check.tolerance
        );
    }
    let failed = checks.iter().filter(|c| !c.passes()).count();
    if device.is_some() {
        groups(&checks);
    }
    println!("{} comparisons, {failed} of them failed", checks.len());
    if failed > 0 {
        eprintln!("error: docs/parity.md is left as it was");
        return ExitCode::FAILURE;
    }
    if device.is_some() {
        return ExitCode::SUCCESS;
    }
    match write_atomic(&report_path(), render(&checks).as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

/// How many comparisons of each group agree, and how much of its tolerance the worst one takes.
fn groups(checks: &[Check]) {
    println!("| group | comparisons | within tolerance | most of it taken |\n| --- | ---: | ---: | ---: |");
    for group in checks.chunk_by(|a, b| a.group == b.group) {
        let within = group.iter().filter(|c| c.passes()).count();
        let share = |c: &Check| if c.tolerance > 0.0 { c.difference / c.tolerance } else { c.difference };
        let worst = group.iter().map(share).fold(0.0, f64::max);
        println!("| {} | {} | {within} | {:.0} % |", group[0].group, group.len(), 100.0 * worst);
    }
}
