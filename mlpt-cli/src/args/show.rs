//! `mlpt watch` and `mlpt tensorboard`: runs in pictures.

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

/// `mlpt watch`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  mlpt watch output/mine
  mlpt watch output/mine --once
q ends the view; the run goes on.")]
pub struct WatchArgs {
    /// Run directory.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Print one picture as text, and stop.
    #[arg(long)]
    pub once: bool,
    /// Print how it stands as JSON, and stop.
    #[arg(long, conflicts_with = "once")]
    pub json: bool,
}
