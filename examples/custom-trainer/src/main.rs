//! The `mlpt` command with one more trainer, one more mechanism and one more data set in it.

mod idx;
mod linear_probe;
mod task_residual;

use std::process::ExitCode;

fn main() -> ExitCode {
    mlpt_cli::run_with(|all| {
        mlpt_datasets::register(all)?;
        mlpt_trainers::register(all)?;
        linear_probe::register(all)?;
        task_residual::register(all)?;
        idx::register(all)
    })
}
