//! Where the runs are.

use super::Run;
use crate::engine::{Recorded, RunDir};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What lies below some folders.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Finished runs, in the order of their paths.
    pub runs: Vec<Run>,
    /// Directories of runs that were started and have no result.
    pub unfinished: Vec<PathBuf>,
}

/// Every run in `dirs` and below; each once, however often it is named. Hidden folders are left out
/// unless they are named themselves.
///
/// # Errors
/// When a folder cannot be read or holds no run, or the files of a run are broken.
pub fn find(dirs: &[PathBuf]) -> Result<Found> {
    let mut found = Found::default();
    let mut seen = BTreeMap::new();
    for dir in dirs {
        if !dir.is_dir() {
            let what = if dir.exists() { "is no directory" } else { "does not exist" };
            return Err(Error::data(dir, format!("{what}; give run directories or folders above them")));
        }
        if visit(dir, &mut seen, &mut found)? == 0 {
            let message = "holds no run: there is no result.json and no config.toml of one in it or below";
            return Err(Error::data(dir, message));
        }
    }
    if found.runs.is_empty() {
        let some: Vec<String> = found.unfinished.iter().take(5).map(|d| d.display().to_string()).collect();
        let more = if found.unfinished.len() > some.len() { ", ..." } else { "" };
        return Err(Error::invalid(format!(
            "none of the {} runs is finished: {}{more}; go on with `mlpt train --resume DIR`",
            found.unfinished.len(),
            some.join(", ")
        )));
    }
    Ok(found)
}

/// The number of runs in `dir` and below. `seen` holds it for the real paths of visited folders.
fn visit(dir: &Path, seen: &mut BTreeMap<PathBuf, usize>, found: &mut Found) -> Result<usize> {
    let real = fs::canonicalize(dir).map_err(|e| Error::io(dir, e))?;
    if let Some(&count) = seen.get(&real) {
        return Ok(count);
    }
    // Links may lead back here.
    seen.insert(real.clone(), 0);
    let mut count = usize::from(look(dir, found)?);
    let entries = fs::read_dir(dir).map_err(|e| Error::io(dir, e))?;
    let mut below =
        entries.map(|e| e.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(|e| Error::io(dir, e))?;
    below.retain(|path| path.is_dir() && !path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')));
    below.sort();
    for folder in below {
        count += visit(&folder, seen, found)?;
    }
    seen.insert(real, count);
    Ok(count)
}

fn look(dir: &Path, found: &mut Found) -> Result<bool> {
    let place = RunDir::new(dir);
    if place.result().is_file() {
        found.runs.push(Run::read(dir)?);
        return Ok(true);
    }
    // Other programs have a config.toml, too.
    let started = place.config().is_file()
        && Recorded::read(&place.config()).is_ok_and(|settings| settings.text("TRAINER.NAME").is_some());
    if started {
        found.unfinished.push(dir.to_owned());
    }
    Ok(started)
}
