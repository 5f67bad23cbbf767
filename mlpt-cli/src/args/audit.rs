//! `mlpt audit`.

use super::SettingsArgs;
use clap::Args;

/// `mlpt audit`.
#[derive(Args, Clone, Debug)]
#[command(
    override_usage = "mlpt audit [OPTIONS] [PATH] [KEY VALUE]...",
    after_help = "Examples:
  mlpt audit PICTURES --backbone ViT-B/16
  mlpt audit labels.csv --output-dir doubts
  mlpt audit --dataset Caltech101 --root DATA DATASET.NUM_SHOTS=16 --noise symmetric --noise-rate 0.1
PATH is what `mlpt data new` can read: a folder with a folder for each class, a table, a split file, Parquet
files. All of its images are trained on, with preset `audit`; other settings win over the preset's. The same
command given again goes on with a run that was stopped, and only ranks anew where it is finished."
)]
pub struct AuditArgs {
    /// Settings; the first word may be the path of the data.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// How many of the most suspect labels to print.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Replace an audit that lies in the output folder already.
    #[arg(long)]
    pub overwrite: bool,
    /// Print JSON, with every label, and nothing else.
    #[arg(long)]
    pub json: bool,
}
