//! Where the runs are.

use super::dassl::{self, Kind};
use super::{Names, Run};
use crate::engine::{Recorded, RunDir};
use crate::{Error, Result};
use serde::Serialize;
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
    /// Logs of Dassl without a result, or without a word on what was run.
    pub skipped: Vec<Skipped>,
}

impl Found {
    /// Gives each value of these settings (`DATALOADER.VIEWS`) rows of its own.
    ///
    /// # Errors
    /// When no run has a setting of that name.
    pub fn split_by(&mut self, keys: &[String]) -> Result<()> {
        let keys: Vec<String> = keys.iter().map(|key| key.to_uppercase()).collect();
        if let Some(key) = keys.iter().find(|key| !self.runs.iter().any(|run| run.settings.has(key))) {
            return Err(Error::invalid(format!(
                "--by: no run here has a setting {key} (`mlpt config` shows all keys)"
            )));
        }
        self.runs.iter_mut().for_each(|run| run.split_by(&keys));
        Ok(())
    }
}

/// A log that no figure could be taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The folder that it lies in.
    pub dir: PathBuf,
    /// Why.
    pub reason: String,
}

/// As [`find_named`], without other names of data sets.
///
/// # Errors
/// As [`find_named`].
pub fn find(dirs: &[PathBuf]) -> Result<Found> {
    find_named(dirs, &Names::default())
}

/// Every run in `dirs` and below, of this program and of Dassl; each once, however often it is named.
/// Hidden folders are left out unless they are named themselves. `names` serves for the logs and paths of
/// Dassl, which call a data set by its class or by its settings file.
///
/// # Errors
/// When a folder cannot be read or holds no run, or the files of a run are broken.
pub fn find_named(dirs: &[PathBuf], names: &Names) -> Result<Found> {
    let mut search = Search { names, seen: BTreeMap::new(), found: Found::default() };
    for dir in dirs {
        if !dir.is_dir() {
            let what = if dir.exists() { "is no directory" } else { "does not exist" };
            return Err(Error::data(dir, format!("{what}; give run directories or folders above them")));
        }
        if search.visit(dir)? == 0 {
            let message = "holds no run: there is no result.json, no config.toml of one and no log.txt of Dassl in it or \
                           below";
            return Err(Error::data(dir, message));
        }
    }
    let found = search.found;
    if found.runs.is_empty() {
        return Err(none_finished(&found));
    }
    Ok(found)
}

fn none_finished(found: &Found) -> Error {
    let unfinished = found.unfinished.iter().map(|d| d.display().to_string());
    let skipped = found.skipped.iter().map(|s| format!("{} ({})", s.dir.display(), s.reason));
    let all: Vec<String> = unfinished.chain(skipped).collect();
    let some = &all[..all.len().min(5)];
    let more = if all.len() > some.len() { ", ..." } else { "" };
    let cure = if found.unfinished.is_empty() { "" } else { "; go on with `mlpt train --resume DIR`" };
    Error::invalid(format!("none of the {} runs is finished: {}{more}{cure}", all.len(), some.join(", ")))
}

struct Search<'n> {
    names: &'n Names,
    /// The number of runs in the real paths of visited folders, and below.
    seen: BTreeMap<PathBuf, usize>,
    found: Found,
}

impl Search<'_> {
    /// The number of runs in `dir` and below.
    fn visit(&mut self, dir: &Path) -> Result<usize> {
        let real = fs::canonicalize(dir).map_err(|e| Error::io(dir, e))?;
        if let Some(&count) = self.seen.get(&real) {
            return Ok(count);
        }
        // Links may lead back here.
        self.seen.insert(real.clone(), 0);
        let entries = fs::read_dir(dir).map_err(|e| Error::io(dir, e))?;
        let mut below =
            entries.map(|e| e.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(|e| Error::io(dir, e))?;
        below.sort();
        let mut count = usize::from(self.look(dir, &below)?);
        below.retain(|path| path.is_dir() && !name(path).starts_with('.'));
        for folder in below {
            count += self.visit(&folder)?;
        }
        self.seen.insert(real, count);
        Ok(count)
    }

    /// Whether `dir`, which holds `entries`, is that of a run.
    fn look(&mut self, dir: &Path, entries: &[PathBuf]) -> Result<bool> {
        let place = RunDir::new(dir);
        if place.result().is_file() {
            self.found.runs.push(Run::read(dir)?);
            return Ok(true);
        }
        // Other programs have a config.toml, too.
        let started = place.config().is_file()
            && Recorded::read(&place.config()).is_ok_and(|settings| settings.text("TRAINER.NAME").is_some());
        if started {
            self.found.unfinished.push(dir.to_owned());
            return Ok(true);
        }
        self.look_for_log(dir, entries)
    }

    fn look_for_log(&mut self, dir: &Path, entries: &[PathBuf]) -> Result<bool> {
        let log = dir.join(dassl::LOG);
        if !log.is_file() {
            let dated = |path: &PathBuf| name(path).starts_with("log.txt-") && path.is_file();
            let only_dated = dassl::is_run_folder(dir) && entries.iter().any(dated);
            if only_dated {
                self.skip(dir, "it has no log.txt; logs with a date in their name are of later evaluations".to_owned());
            }
            return Ok(only_dated);
        }
        // A log may hold file names in any encoding.
        let bytes = fs::read(&log).map_err(|e| Error::io(&log, e))?;
        let text = String::from_utf8_lossy(&bytes);
        match dassl::kind(dir, &text) {
            Kind::Other => return Ok(false),
            Kind::Own => self.skip(dir, "its log is of this program, but there is no result.json".to_owned()),
            Kind::Dassl => match dassl::read(dir, &text, self.names) {
                Ok(run) => self.found.runs.push(run),
                Err(reason) => self.skip(dir, reason),
            },
        }
        Ok(true)
    }

    fn skip(&mut self, dir: &Path, reason: String) {
        self.found.skipped.push(Skipped { dir: dir.to_owned(), reason });
    }
}

/// The last part of a path.
fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
