//! The `mlpt` command with one more trainer and one more mechanism in it.

mod linear_probe;
mod task_residual;

use std::process::ExitCode;

fn main() -> ExitCode {
    mlpt_cli::run_with(|all| {
        mlpt_datasets::register(all)?;
        mlpt_trainers::register(all)?;
        linear_probe::register(all)?;
        task_residual::register(all)
    })
}
