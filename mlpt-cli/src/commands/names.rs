//! What is registered, in one form for every kind.

use mlpt_core::Registries;
use mlpt_core::config::{Key, PRESETS, Value};
use mlpt_core::registry::Registry;
use serde_json::json;

/// One name with all that is known about it.
#[derive(Clone, Debug)]
pub struct Card {
    /// `data set`, `trainer`, ..., `preset`.
    pub kind: &'static str,
    /// The name.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// One line.
    pub summary: &'static str,
    /// The long text.
    pub doc: &'static str,
    /// Its own keys.
    pub keys: Vec<Key>,
    /// Its own defaults of shared keys.
    pub defaults: Vec<(&'static str, Value)>,
}

impl Card {
    /// Whether it answers to `name`.
    pub fn answers_to(&self, name: &str) -> bool {
        self.names().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// Its name and aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// For `--json`, in short.
    pub fn to_json(&self) -> serde_json::Value {
        json!({"kind": self.kind, "name": self.name, "aliases": self.aliases, "summary": self.summary})
    }
}

/// Every name of every kind, in the order of kinds and registration.
pub fn cards(registries: &Registries) -> Vec<Card> {
    let mut all = of(&registries.datasets);
    all.extend(of(&registries.trainers));
    all.extend(of(&registries.mechanisms));
    all.extend(of(&registries.noises));
    all.extend(of(&registries.selectors));
    all.extend(of(&registries.samplers));
    all.extend(PRESETS.iter().map(|p| Card {
        kind: "preset",
        name: p.name,
        aliases: &[],
        summary: p.summary(),
        doc: p.text,
        keys: Vec::new(),
        defaults: Vec::new(),
    }));
    all
}

fn of<F>(registry: &Registry<F>) -> Vec<Card> {
    let card = |e: &mlpt_core::registry::Entry<F>| Card {
        kind: registry.kind(),
        name: e.name,
        aliases: e.aliases,
        summary: e.summary,
        doc: e.doc,
        keys: e.schema.iter().cloned().collect(),
        defaults: e.defaults.clone(),
    };
    registry.iter().map(card).collect()
}
