//! Reading environment variables, whatever they come from.

use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest time-out that makes sense, in seconds.
const DAY: f64 = 86_400.0;

/// A view of environment variables. An empty one counts as not set.
pub(crate) struct Env<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Env<'a> {
    pub(crate) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup }
    }

    /// The first of `names` that is set, with its value.
    pub(super) fn first(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        names.iter().find_map(|name| {
            let value = (self.lookup)(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| (*name, value.to_owned()))
        })
    }

    /// The first of `names` that is set, as a path; `~` at its start is the home folder.
    ///
    /// # Errors
    /// Where there is a `~` and no home folder.
    pub(crate) fn path(&self, names: &[&'static str]) -> Result<Option<PathBuf>> {
        let Some((name, value)) = self.first(names) else { return Ok(None) };
        let path = Path::new(&value);
        match path.strip_prefix("~") {
            Ok(below) => Ok(Some(self.home(name)?.join(below))),
            Err(_) => Ok(Some(path.to_owned())),
        }
    }

    /// The home folder; the message says that `wanted` would do as well.
    ///
    /// # Errors
    /// Where the system names none.
    pub(crate) fn home(&self, wanted: &str) -> Result<PathBuf> {
        self.first(&["HOME", "USERPROFILE"]).map(|(_, home)| PathBuf::from(home)).ok_or_else(|| {
            Error::invalid(format!("{wanted}: there is no home folder (HOME is not set); give a whole path"))
        })
    }

    /// A yes or no; not set is no.
    ///
    /// # Errors
    /// That names the variable and quotes its value.
    pub(super) fn flag(&self, names: &[&'static str]) -> Result<bool> {
        let Some((name, value)) = self.first(names) else { return Ok(false) };
        match value.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(Error::invalid(format!("{name}: '{value}' is neither yes nor no; give 1 or 0"))),
        }
    }

    /// A number of seconds.
    ///
    /// # Errors
    /// That names the variable and quotes its value.
    pub(super) fn seconds(&self, name: &'static str, default: Duration) -> Result<Duration> {
        let Some((_, value)) = self.first(&[name]) else { return Ok(default) };
        let read = value.parse::<f64>().ok().filter(|s| *s > 0.0 && *s <= DAY);
        read.and_then(|s| Duration::try_from_secs_f64(s).ok())
            .filter(|d| !d.is_zero())
            .ok_or_else(|| Error::invalid(format!("{name}: '{value}' is no number of seconds above 0 and up to {DAY}")))
    }
}
