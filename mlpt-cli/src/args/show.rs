//! `mlpt tensorboard`: runs in pictures.

use clap::Args;
use std::path::PathBuf;

/// `mlpt tensorboard`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  mlpt tensorboard output
  tensorboard --logdir output
Every run writes these files by itself unless TRAIN.TENSORBOARD is false; this makes them anew, from metrics.jsonl, of
runs that have none.")]
pub struct TensorboardArgs {
    /// Run directories, or folders above them.
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
