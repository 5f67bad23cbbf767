//! A grid: what all of its cells share, and what varies.

use super::axis::Axis;
use super::words::{flat, folder, key, of_toml};
use crate::files::read_text;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// The parts of a grid's file.
const PARTS: [&str; 3] = ["settings", "grid", "cases"];
/// Keys that name what cannot vary within a sweep.
const PLACES: [&str; 2] = ["OUTPUT_DIR", "RESUME"];

/// Settings of all cells, and axes, of which every combination is a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// Settings of every cell, each as `KEY=VALUE`.
    pub words: Vec<String>,
    /// From the slowest to the fastest.
    pub axes: Vec<Axis>,
}

impl Grid {
    /// From a TOML file with `[settings]` (keys of every cell), `[grid]` (keys with a list of values, or a text such as
    /// `"1..3"`), and `[[cases]]` (settings that go together, with a `name`).
    ///
    /// # Errors
    /// When the file is missing, no TOML, or says something else.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        Self::parse(&text).map_err(|error| match error {
            Error::Invalid(message) => Error::data(path, message),
            other => other,
        })
    }

    fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse().map_err(|e| Error::invalid(format!("is no TOML file: {e}")))?;
        if let Some(other) = table.keys().find(|key| !PARTS.contains(&key.as_str())) {
            return Err(Error::invalid(format!(
                "'{other}' is no part of a grid: settings go into [settings], what varies into [grid] or [[cases]]"
            )));
        }
        let part = |name: &str| match table.get(name) {
            None => Ok(Vec::new()),
            Some(toml::Value::Table(inner)) => Ok(flat(inner)),
            Some(_) => Err(Error::invalid(format!("'{name}' is no table: write [{name}]"))),
        };
        let mut grid = Self::default();
        for (key, value) in part("settings")? {
            grid.words.push(of_toml(&key, &value)?);
        }
        if let Some(cases) = table.get("cases") {
            grid.axes.push(cases_of(cases)?);
        }
        for (key, value) in part("grid")? {
            grid.axes.push(Axis::from_toml(&key, &value)?);
        }
        Ok(grid)
    }

    /// The same with one more axis.
    #[must_use]
    pub fn with(mut self, axis: Axis) -> Self {
        self.axes.push(axis);
        self
    }

    /// Puts the seeds last, so that the cells of a mean lie together, and gives axes of one name their whole keys.
    ///
    /// # Errors
    /// When nothing varies, or a key is set in two places.
    pub fn settle(mut self) -> Result<Self> {
        if self.axes.is_empty() {
            return Err(Error::invalid(
                "nothing varies in this grid: give -s KEY=V1,V2, or a file with [grid] or [[cases]]",
            ));
        }
        let mut seen = BTreeSet::new();
        let fixed = self.words.iter().map(|word| key(word));
        for key in fixed.chain(self.axes.iter().flat_map(Axis::keys)) {
            if PLACES.contains(&key) {
                return Err(Error::invalid(format!("{key} cannot be set in a grid: --output-dir is its folder")));
            }
            if !seen.insert(key.to_owned()) {
                return Err(Error::invalid(format!("{key} is set in two places of this grid")));
            }
        }
        self.axes.sort_by_key(|axis| axis.keys().contains("SEED"));
        let names: Vec<String> = self.axes.iter().map(|axis| axis.name.clone()).collect();
        for axis in &mut self.axes {
            let key = axis.keys().into_iter().next().map(str::to_owned);
            if let Some(key) = key.filter(|_| names.iter().filter(|name| **name == axis.name).count() > 1) {
                for choice in &mut axis.choices {
                    choice.folder = folder(&format!("{key}={}", choice.name));
                }
                axis.name = key;
            }
        }
        Ok(self)
    }
}

/// The axis of settings that go together.
fn cases_of(value: &toml::Value) -> Result<Axis> {
    let wrong = || Error::invalid("'cases' is no list of tables: write [[cases]] above each");
    let mut choices = Vec::new();
    for case in value.as_array().ok_or_else(wrong)? {
        let mut case = case.as_table().ok_or_else(wrong)?.clone();
        let name = case.remove("name");
        let words = flat(&case).iter().map(|(key, value)| of_toml(key, value)).collect::<Result<Vec<_>>>()?;
        let name = match name {
            Some(toml::Value::String(name)) if !folder(&name).is_empty() => name,
            Some(other) => return Err(Error::invalid(format!("a case's name is {other}: write a word in quotes"))),
            None => words.iter().filter_map(|w| Some(w.split_once('=')?.1)).collect::<Vec<_>>().join("+"),
        };
        if words.is_empty() {
            return Err(Error::invalid(format!("case '{name}' sets nothing")));
        }
        choices.push((name.clone(), words, name));
    }
    if choices.is_empty() {
        return Err(wrong());
    }
    Axis::new("case".to_owned(), choices)
}
