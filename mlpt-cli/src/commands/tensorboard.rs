//! `mlpt tensorboard`: event files of runs that have none.

use crate::args::TensorboardArgs;
use crate::output;
use anyhow::{Context, Result, bail};
use mlpt_core::engine::write_board;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// The event file of a run.
#[derive(Serialize)]
struct Written {
    run: PathBuf,
    written_to: PathBuf,
}

/// Writes the event files and prints where they are.
///
/// # Errors
/// When there is no run, a process is at work on one, or a file cannot be read or written.
pub fn tensorboard(args: &TensorboardArgs) -> Result<()> {
    let mut runs = Vec::new();
    for path in &args.runs {
        let before = runs.len();
        find(path, &mut runs)?;
        if runs.len() == before {
            bail!("{}: no run is in it or below (a folder with config.toml and metrics.jsonl)", path.display());
        }
    }
    let written = runs.into_iter().map(|run| Ok(Written { written_to: write_board(&run)?, run }));
    let written: Vec<Written> = written.collect::<Result<_>>()?;
    let text = match args.json {
        true => serde_json::to_string_pretty(&written)?,
        false => written.iter().map(|w| format!("Written to {}\n", w.written_to.display())).collect(),
    };
    Ok(output::print(&text)?)
}

/// Adds the runs in `path` and below, in the order of their names.
fn find(path: &Path, runs: &mut Vec<PathBuf>) -> Result<()> {
    if path.join("config.toml").is_file() && path.join("metrics.jsonl").is_file() {
        runs.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
    // What cannot be listed is no run; links are not followed, so that there is an end.
    let mut folders: Vec<PathBuf> =
        entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()).collect();
    folders.sort();
    folders.iter().try_for_each(|folder| find(folder, runs))
}
