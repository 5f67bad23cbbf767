//! `mlpt predict` and `mlpt export`: what a trained run is used for.

use clap::Args;
use std::path::PathBuf;

/// Which trained model.
#[derive(Args, Clone, Debug)]
pub struct TrainedArgs {
    /// Run directory of the trained model.
    #[arg(long, value_name = "DIR")]
    pub run: PathBuf,
    /// Epoch of the checkpoints; without it the best or the last.
    #[arg(long, value_name = "N")]
    pub load_epoch: Option<usize>,
    /// Where to compute: auto, cpu or cuda:N (DEVICE).
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
}

/// `mlpt predict`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  mlpt predict --run output/mine photo.jpg
  mlpt predict --run output/mine folder -o labels.csv
A folder stands for every .jpg, .jpeg and .png in it and below. The data set of the run need not be there.")]
pub struct PredictArgs {
    /// The model.
    #[command(flatten)]
    pub trained: TrainedArgs,
    /// Image files, or folders of them.
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<PathBuf>,
    /// How many labels to show for each image.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub top: u16,
    /// Leave out images that cannot be read, with a warning each.
    #[arg(long)]
    pub skip_broken: bool,
    /// Write a table of path, label and probability instead of printing.
    #[arg(short, long, value_name = "FILE.csv", conflicts_with = "json")]
    pub output: Option<PathBuf>,
    /// Print JSON, with the probability of every class.
    #[arg(long)]
    pub json: bool,
}

/// `mlpt export`.
#[derive(Args, Clone, Debug)]
pub struct ExportArgs {
    /// The model.
    #[command(flatten)]
    pub trained: TrainedArgs,
    /// Folder for classifier.json and classifier.safetensors.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Print what was written as JSON.
    #[arg(long)]
    pub json: bool,
}
