//! The flags of `mlpt features`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Where features lie, at the end of the help.
const PLACE: &str = "\
Features of images under the test transform are kept in FEATURES.DIR, or else in mlpt/features
below the user's cache folder (XDG_CACHE_HOME, or ~/.cache). No figure depends on them.
FEATURES.CACHE=false keeps none.";

/// `mlpt features`.
#[derive(Args, Clone, Debug)]
#[command(after_help = PLACE)]
pub struct FeaturesArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: FeaturesCommand,
}

/// The commands of `mlpt features`.
#[derive(Clone, Debug, Subcommand)]
pub enum FeaturesCommand {
    /// Show the files of features: model, images, size.
    #[command(after_help = PLACE)]
    List {
        /// The folder; without it MLPT__FEATURES__DIR, or else the default one.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove all features that are kept.
    #[command(after_help = PLACE)]
    Clear {
        /// The folder; without it MLPT__FEATURES__DIR, or else the default one.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}
