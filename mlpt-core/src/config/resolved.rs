//! The settings of one run, every key with its value and origin.

use super::{FromValue, Section, Value};
use crate::{Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Where a value came from, weakest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "layer", content = "from", rename_all = "kebab-case")]
pub enum Origin {
    /// The built-in default.
    Default,
    /// Implied by the chosen model (input size, mean, deviation).
    Model(String),
    /// The chosen trainer's (or data set's) own default.
    Entry(String),
    /// A preset, by name.
    Preset(String),
    /// A config file, by path.
    File(String),
    /// An environment variable, by name.
    Env(String),
    /// A flag of the command line, such as `--seed`.
    Flag(String),
    /// A trailing `KEY VALUE` of the command line.
    Override,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Model(name) => write!(f, "model {name}"),
            Origin::Entry(name) => write!(f, "defaults of {name}"),
            Origin::Preset(name) => write!(f, "preset {name}"),
            Origin::File(path) => write!(f, "file {path}"),
            Origin::Env(name) => write!(f, "environment {name}"),
            Origin::Flag(flag) => write!(f, "flag {flag}"),
            Origin::Override => f.write_str("command line"),
        }
    }
}

/// A value and its origin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resolved {
    /// The value, of the type that the schema asks for, or null.
    pub value: Value,
    /// Where it came from.
    #[serde(flatten)]
    pub origin: Origin,
}

/// The settings of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    values: BTreeMap<String, Resolved>,
    notices: Vec<String>,
}

impl Config {
    /// Settings from resolved values; paths in upper case.
    pub fn new(values: BTreeMap<String, Resolved>) -> Self {
        Self { values, notices: Vec::new() }
    }

    /// What the user should be told about these settings, one sentence each.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Adds something that the user should be told.
    pub fn add_notice(&mut self, notice: impl Into<String>) {
        self.notices.push(notice.into());
    }

    /// The value at `path`.
    ///
    /// # Errors
    /// When there is no such key or it has another type.
    pub fn get<T: FromValue>(&self, path: &str) -> Result<T> {
        let resolved = self.resolved(path)?;
        T::from_value(&resolved.value).ok_or_else(|| {
            Error::Config(vec![format!(
                "{path}: expected {}, found {} ({})",
                T::wanted(),
                resolved.value,
                resolved.origin
            )])
        })
    }

    /// The value at `path` with its origin.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn resolved(&self, path: &str) -> Result<&Resolved> {
        self.values.get(path).ok_or_else(|| Error::Config(vec![format!("unknown key {path}")]))
    }

    /// A typed section below `prefix`.
    ///
    /// # Errors
    /// As [`Section::read`].
    pub fn section<S: Section>(&self, prefix: &str) -> Result<S> {
        S::read(&Scope::new(self, [prefix.to_owned()]))
    }

    /// Every key with its value, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Resolved)> {
        self.values.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// Sets one value; for tests and for values that a run draws itself (a seed of -1).
    pub fn set(&mut self, path: &str, value: impl Into<Value>, origin: Origin) {
        self.values.insert(path.to_owned(), Resolved { value: value.into(), origin });
    }
}

/// A view of the settings through a chain of sections: the first section in which somebody set a
/// key wins; where nobody did, the last section's default counts. Null means "not set here" in
/// every section, so it never hides what a later section says.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    config: &'a Config,
    prefixes: Vec<String>,
}

impl<'a> Scope<'a> {
    /// A chain of sections, most particular first.
    pub fn new(config: &'a Config, prefixes: impl IntoIterator<Item = String>) -> Self {
        Self { config, prefixes: prefixes.into_iter().collect() }
    }

    /// The settings behind this view.
    pub fn config(&self) -> &'a Config {
        self.config
    }

    /// The value of `key`, which is relative to the sections.
    ///
    /// # Errors
    /// When no section has the key or it has another type.
    pub fn get<T: FromValue>(&self, key: &str) -> Result<T> {
        self.config.get(&self.path(key))
    }

    /// The path of the value that [`Scope::get`] reads for `key`.
    pub fn path(&self, key: &str) -> String {
        let paths = self.prefixes.iter().map(|p| if p.is_empty() { key.to_owned() } else { format!("{p}.{key}") });
        let there: Vec<(String, &Resolved)> =
            paths.filter_map(|p| self.config.values.get(&p).map(|r| (p, r))).collect();
        let has_value = |(_, r): &&(String, &Resolved)| r.value != Value::Null;
        let is_set = |(_, r): &&(String, &Resolved)| r.origin != Origin::Default;
        let set = there.iter().filter(has_value).find(is_set);
        let found = set.or_else(|| there.iter().rev().find(has_value)).or_else(|| there.last());
        match (found, self.prefixes.first()) {
            (Some((path, _)), _) => path.clone(),
            (None, Some(prefix)) if !prefix.is_empty() => format!("{prefix}.{key}"),
            (None, _) => key.to_owned(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_sections_falls_back() {
        let mut config = Config::default();
        config.set("COOP.N_CTX", 16, Origin::Default);
        config.set("MLPT.N_CTX", Value::Null, Origin::Default);
        config.set("ONE.N_CTX", Value::Null, Origin::Default);
        config.set("MLPT.ONLY", 3, Origin::Default);
        config.set("ONE.ONLY", Value::Null, Origin::Default);
        let get = |config: &Config, key: &str| {
            Scope::new(config, ["ONE", "MLPT", "COOP"].map(String::from)).get::<Option<i64>>(key).unwrap()
        };
        assert_eq!(get(&config, "N_CTX"), Some(16));
        assert_eq!(get(&config, "ONLY"), Some(3), "a null default does not hide a later one");
        config.set("COOP.N_CTX", 4, Origin::Override);
        assert_eq!(get(&config, "N_CTX"), Some(4));
        config.set("MLPT.N_CTX", 8, Origin::Override);
        assert_eq!(get(&config, "N_CTX"), Some(8));
        config.set("ONE.N_CTX", Value::Null, Origin::Override);
        assert_eq!(get(&config, "N_CTX"), Some(8), "null that somebody wrote means not set here");
        config.set("ONE.N_CTX", 2, Origin::Override);
        assert_eq!(get(&config, "N_CTX"), Some(2));
    }
}
