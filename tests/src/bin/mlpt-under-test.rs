//! The `mlpt` command under a name of this package, so that its tests can find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mlpt_cli::run_with(|all| {
        mlpt_datasets::register(all)?;
        mlpt_trainers::register(all)
    })
}
