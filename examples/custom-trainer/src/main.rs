//! The `mlpt` command with one more trainer in it.

mod linear_probe;

use std::process::ExitCode;

fn main() -> ExitCode {
    mlpt_cli::run_with(|all| {
        mlpt_datasets::register(all)?;
        mlpt_trainers::register(all)?;
        linear_probe::register(all)
    })
}
