//! Whose runs, and under which names.

use crate::Registries;
use serde::Serialize;
use std::collections::BTreeMap;

/// The program that made a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// This one: a folder with `result.json`.
    #[default]
    Mlpt,
    /// Dassl, or a program built on it: a folder with `log.txt`.
    Dassl,
}

impl Source {
    /// Its name in CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mlpt => "mlpt",
            Self::Dassl => "dassl",
        }
    }
}

/// The names that mean the same data set or trainer: `dtd` and `DescribableTextures`.
#[derive(Clone, Debug, Default)]
pub struct Names {
    datasets: BTreeMap<String, String>,
    trainers: BTreeMap<String, String>,
}

impl Names {
    /// Names and aliases of what is registered.
    pub fn of(registries: &Registries) -> Self {
        let all = |entries: &mut dyn Iterator<Item = (&'static str, &'static [&'static str])>| {
            let mut names = BTreeMap::new();
            for (name, aliases) in entries {
                for other in std::iter::once(&name).chain(aliases) {
                    names.insert(plain(other), name.to_owned());
                }
            }
            names
        };
        Self {
            datasets: all(&mut registries.datasets.iter().map(|e| (e.name, e.aliases))),
            trainers: all(&mut registries.trainers.iter().map(|e| (e.name, e.aliases))),
        }
    }

    /// The registry name of the data set called `name`, whatever its case, hyphens, underscores and
    /// spaces; `name` itself where none is registered.
    pub fn dataset(&self, name: &str) -> String {
        self.datasets.get(&plain(name)).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The same for trainers.
    pub fn trainer(&self, name: &str) -> String {
        self.trainers.get(&plain(name)).cloned().unwrap_or_else(|| name.to_owned())
    }

    pub(super) fn same_dataset(&self, one: &str, other: &str) -> bool {
        plain(&self.dataset(one)) == plain(&self.dataset(other))
    }

    pub(super) fn same_trainer(&self, one: &str, other: &str) -> bool {
        plain(&self.trainer(one)) == plain(&self.trainer(other))
    }
}

/// Lower case, without hyphens, underscores and spaces.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !"-_".contains(*c)).flat_map(char::to_lowercase).collect()
}
