//! The `mlpt` command.

use std::process::ExitCode;

// A step makes and drops tensors of a few megabytes by the hundred, which the system's allocator hands back to the
// kernel each time: with a hundred classes a quarter of a run's time went there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mlpt_cli::run_with(|all| {
        mlpt_datasets::register(all)?;
        mlpt_trainers::register(all)
    })
}
