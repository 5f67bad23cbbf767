//! The flags of `mlpt data`.

use super::SettingsArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `mlpt data`.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DataCommand,
}

/// The commands of `mlpt data`.
#[derive(Clone, Debug, Subcommand)]
pub enum DataCommand {
    /// Show the published data sets: sizes, folders, and which are there.
    List {
        /// Folder that holds the data sets.
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Compare what is on the disk with what is expected.
    #[command(allow_negative_numbers = true)]
    Check(Box<DataCheckArgs>),
    /// Fetch a data set of the hub that is kept in Parquet files.
    Get(DataGetArgs),
    /// Look at a folder or a file of one's own and write settings for it.
    New(DataNewArgs),
}

/// `mlpt data check`.
#[derive(Args, Clone, Debug)]
#[command(
    override_usage = "mlpt data check [OPTIONS] [NAME] [KEY VALUE]...",
    after_help = "Examples:
  mlpt data check Caltech101 --root DATA
  mlpt data check --root DATA                every published set that lies there
  mlpt data check Folder --root PICTURES --decode"
)]
pub struct DataCheckArgs {
    /// Settings; the first word may be the name of the data set.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Open every image, too, and list those that are broken.
    #[arg(long)]
    pub decode: bool,
    /// Write the split to a file in CoOp's format, to keep a split that was drawn here.
    #[arg(long, value_name = "FILE")]
    pub save_split: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `mlpt data get`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The files go to the cache that Python's huggingface_hub uses, are checked against the hub's digests, and
are not fetched twice; a download that broke off goes on where it stopped. HF_HOME, HF_ENDPOINT, HF_TOKEN
and HF_HUB_OFFLINE mean what they mean there.")]
pub struct DataGetArgs {
    /// A repository of the hub, org/name or org/name@revision. For a published name, where people get it.
    #[arg(value_name = "REPOSITORY")]
    pub what: String,
    /// Only the files of this configuration, a folder of the repository.
    #[arg(long, value_name = "NAME")]
    pub config: Option<String>,
    /// Only list the files.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `mlpt data new`.
#[derive(Args, Clone, Debug)]
pub struct DataNewArgs {
    /// A folder of class folders, a CSV file, a split file, or a file or folder of Parquet.
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Where to write dataset.yaml and classes.toml; the data's own folder if not given.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace files that are there.
    #[arg(long)]
    pub overwrite: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
