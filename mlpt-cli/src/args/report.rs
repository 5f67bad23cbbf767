//! `mlpt report`.

use clap::Args;
use std::path::PathBuf;

/// `mlpt report`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  mlpt report output/mine
  mlpt report output/mine --epochs 11,30,50 --gallery 100
  mlpt report output/sweep -o sweep.html
One file, to be opened in a browser; it needs no network and nothing beside it.")]
pub struct ReportArgs {
    /// A run directory, or folders of runs.
    #[arg(required = true, value_name = "RUN_OR_FOLDER")]
    pub dirs: Vec<PathBuf>,
    /// Where to write it; without it report.html in the run or folder.
    #[arg(short, long, value_name = "FILE.html")]
    pub output: Option<PathBuf>,
    /// Epochs whose losses of the pool are shown; without it the first, the middle and the last.
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub epochs: Vec<usize>,
    /// How many pictures a gallery has.
    #[arg(long, value_name = "N", default_value_t = 48)]
    pub gallery: usize,
    /// Leave pictures out; what is known of them stays.
    #[arg(long)]
    pub no_pictures: bool,
    /// Folder that holds the data sets, where it is another one now (DATASET.ROOT).
    #[arg(long, value_name = "DIR")]
    pub root: Option<String>,
    /// Put runs together that do not belong together, with a footnote.
    #[arg(long)]
    pub allow_mixed: bool,
    /// Print where it was written as JSON and nothing else.
    #[arg(long)]
    pub json: bool,
}
