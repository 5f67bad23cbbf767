//! `mlpt sweep`.

use super::SettingsArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Schedulers that a sweep can be handed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scheduler {
    /// An array job, one task a cell
    Slurm,
}

const HELP: &str = "\
A cell is one run: every combination of the values. It lies in a folder of its own below --output-dir
(without it output/sweep, or output/NAME for NAME.toml), and is made by a process of its own. A cell that is finished is left out, one that was stopped or
killed goes on, one that fails is listed and leaves the others alone; so the same command can be given
again at any time. With several cells at a time the threads are divided among them (RAYON_NUM_THREADS
sets them); other numbers of threads give other last digits.

A file says the same, and what goes together:
  [settings]
  DATASET.NUM_SHOTS = 16
  [grid]
  DATASET.NUM_FP = [0, 2, 4, 8]
  SEED = \"1..3\"
  [[cases]]
  name = \"CoOp+GCE\"
  TRAINER.NAME = \"CoOp\"
  LOSS.NAME = \"gce\"
  [[cases]]
  TRAINER.NAME = \"MLPT\"

Examples:
  mlpt sweep --preset demo -s TRAINER.NAME=CoOp,MLPT -s DATASET.NUM_FP=0,2,4,8 -s SEED=1..3
  mlpt sweep --grid GRID.toml --jobs 2
  mlpt sweep --grid GRID.toml --emit slurm > job.sh && sbatch job.sh
  mlpt results output/sweep";

/// `mlpt sweep`.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = HELP, after_help = "--help tells more, and what a file looks like.")]
pub struct SweepArgs {
    /// Settings of every cell; --output-dir is the folder of all of them.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// What varies, KEY=V1,V2 or KEY=1..3; repeatable.
    #[arg(short = 's', long = "set", value_name = "KEY=VALUES", help_heading = "Grid")]
    pub set: Vec<String>,
    /// A grid in a file; -s adds to it.
    #[arg(long, value_name = "FILE", help_heading = "Grid")]
    pub grid: Option<PathBuf>,
    /// How many cells at a time; without it one a device.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Grid")]
    pub jobs: Option<u16>,
    /// Devices to share out, such as cuda:0,cuda:1.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "device", help_heading = "Grid")]
    pub devices: Vec<String>,
    /// Show the plan and stop.
    #[arg(long, help_heading = "Grid")]
    pub plan: bool,
    /// Plan without measuring how long it will take.
    #[arg(long, help_heading = "Grid")]
    pub no_estimate: bool,
    /// Print a script for a scheduler instead of running: its tasks are the cells that are not finished.
    #[arg(long, value_name = "SCHEDULER", conflicts_with_all = ["plan", "json"], help_heading = "Grid")]
    pub emit: Option<Scheduler>,
    /// Print the plan (with --plan), or what became of each cell, as JSON and nothing else.
    #[arg(long)]
    pub json: bool,
}
