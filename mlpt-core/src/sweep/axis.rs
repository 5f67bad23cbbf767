//! One thing that a grid varies.

use super::words::{folder, key, of_toml, short, text};
use crate::{Error, Result};
use std::collections::BTreeSet;

/// Most values that a range may stand for: a typing error must not make a million runs.
const MOST: i64 = 10_000;

/// What varies, and all it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// What it is called in a plan: `NUM_FP`, `TRAINER`, or `case`.
    pub name: String,
    /// At least one.
    pub choices: Vec<Choice>,
}

/// One of the things that an axis can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it is called: `2`, `CoOp`.
    pub name: String,
    /// Its settings, each as `KEY=VALUE`.
    pub words: Vec<String>,
    /// Its folder, of which no two on an axis are the same.
    pub folder: String,
}

impl Axis {
    /// From `KEY=V1,V2,...`; a value `A..B` stands for the whole numbers from A to B, both included. Commas within
    /// brackets or quotes do not divide.
    ///
    /// # Errors
    /// When there is no key or no value.
    pub fn parse(text: &str) -> Result<Self> {
        let (key, values) = text
            .split_once('=')
            .filter(|(key, _)| !key.trim().is_empty())
            .ok_or_else(|| Error::invalid(format!("'{text}' is no part of a grid: write KEY=V1,V2 or KEY=1..3")))?;
        Self::of_key(key.trim(), &divide(values))
    }

    /// From the values of a key in a TOML file: a list, or a text as [`Axis::parse`] takes it behind `=`.
    ///
    /// # Errors
    /// When there is no value, or one is a table.
    pub(super) fn from_toml(key: &str, value: &toml::Value) -> Result<Self> {
        match value {
            toml::Value::Array(items) => {
                let values: Option<Vec<String>> = items.iter().map(text).collect();
                Self::of_key(key, &values.ok_or_else(|| Error::invalid(format!("{key}: a table is no value")))?)
            }
            toml::Value::String(text) => Self::of_key(key, &divide(text)),
            other => Self::of_key(key, &[of_toml(key, other)?.split_once('=').map_or("", |(_, v)| v).to_owned()]),
        }
    }

    fn of_key(key: &str, values: &[String]) -> Result<Self> {
        let key = key.to_uppercase();
        let mut all = Vec::new();
        for value in values {
            match range(value) {
                Some((from, to)) if from <= to && to - from < MOST => {
                    all.extend((from..=to).map(|n| n.to_string()));
                }
                Some((from, to)) => {
                    return Err(Error::invalid(format!(
                        "{key}: {from}..{to} is no range: the second number is the larger, and at most {MOST} are one"
                    )));
                }
                None => all.push(value.clone()),
            }
        }
        if all.is_empty() || all.iter().any(String::is_empty) {
            return Err(Error::invalid(format!("{key} has an empty value: write KEY=V1,V2 or KEY=1..3")));
        }
        let name = short(&key);
        let choice = |value: &String| (value.clone(), vec![format!("{key}={value}")], format!("{name}={value}"));
        let choices = all.iter().map(choice).collect();
        Self::new(name.clone(), choices)
    }

    /// From `(name, words, folder)` of each choice.
    ///
    /// # Errors
    /// When two choices have one name.
    pub(super) fn new(name: String, choices: Vec<(String, Vec<String>, String)>) -> Result<Self> {
        let (mut names, mut folders) = (BTreeSet::new(), BTreeSet::new());
        let mut all = Vec::new();
        for (choice, words, wanted) in choices {
            if !names.insert(choice.clone()) {
                return Err(Error::invalid(format!("{name} has '{choice}' twice")));
            }
            // Names that differ only in what no folder can be called.
            let plain = Some(folder(&wanted)).filter(|f| !f.is_empty()).unwrap_or_else(|| name.clone());
            let mut place = plain.clone();
            for n in 2.. {
                if folders.insert(place.clone()) {
                    break;
                }
                place = format!("{plain}-{n}");
            }
            all.push(Choice { name: choice, words, folder: place });
        }
        Ok(Self { name, choices: all })
    }

    /// The keys that it sets.
    pub fn keys(&self) -> BTreeSet<&str> {
        self.choices.iter().flat_map(|c| &c.words).map(|word| key(word)).collect()
    }
}

/// At commas that no bracket or quote holds.
fn divide(text: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quote) = (vec![String::new()], 0usize, None);
    for c in text.chars() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('[' | '(', None) => depth += 1,
            (']' | ')', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

fn range(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once("..")?;
    Some((from.parse().ok()?, to.parse().ok()?))
}
