//! The `mlpt` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mlpt_cli::run_with(|all| {
        mlpt_datasets::register(all)?;
        mlpt_trainers::register(all)
    })
}
