//! `mlpt completions` and `mlpt man`.

use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

/// `mlpt completions`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  mlpt completions bash > ~/.local/share/bash-completion/completions/mlpt
  mlpt completions fish > ~/.config/fish/completions/mlpt.fish")]
pub struct CompletionsArgs {
    /// Which shell.
    pub shell: Shell,
}

/// `mlpt man`.
#[derive(Args, Clone, Debug)]
pub struct ManArgs {
    /// Folder for the pages.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Print what was written as JSON.
    #[arg(long)]
    pub json: bool,
}
