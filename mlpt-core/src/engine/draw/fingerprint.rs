//! What a draw hangs on. A draw that was kept may be used again only where all of it is the same.

use super::fresh::{DrawConfig, VAL_SHOTS};
use crate::config::Config;
use crate::registry::Entry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Version of the generator's use: it rises when the same seed comes to mean other items.
const GENERATOR: u32 = 1;
const DATA: &str = "data_digest";
const MODEL: &str = "model_digest";

/// Names and values, readable in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::engine) struct Fingerprint(Map<String, Value>);

impl Fingerprint {
    /// The fingerprint of what `config` asks for, from data with the digest `data`.
    pub(super) fn new<F>(
        draw: &DrawConfig,
        config: &Config,
        seed: u64,
        (dataset, data): (&str, &str),
        noise: &Entry<F>,
    ) -> Self {
        let settings: Map<String, Value> = noise
            .schema
            .iter()
            .filter_map(|key| Some((key.path.clone(), config.resolved(&key.path).ok()?.value.to_string().into())))
            .collect();
        let expands = draw.pool == "expand";
        let fields = [
            ("generator", json!(GENERATOR)),
            ("dataset", json!(dataset)),
            (DATA, json!(data)),
            ("seed", json!(seed)),
            ("num_shots", json!(draw.shots.max(-1))),
            ("num_fp", json!(draw.num_fp)),
            ("noise", json!(noise.name)),
            ("noise_settings", settings.into()),
            ("pool", json!(draw.pool)),
            ("num_expand", if expands { json!(draw.num_expand) } else { Value::Null }),
            ("val", json!(format!("at most {VAL_SHOTS} a class"))),
        ];
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Adds the model: the noise looked at its features.
    pub(super) fn with_model(mut self, digest: &str) -> Self {
        self.0.insert(MODEL.to_owned(), digest.into());
        self
    }

    /// Whether both were drawn from the same data.
    pub(super) fn same_data(&self, other: &Self) -> bool {
        self.0.get(DATA) == other.0.get(DATA)
    }

    /// What differs between this one, of a file, and `here`, the data left out: `seed is 1 there
    /// and 2 here`.
    pub(super) fn differences(&self, here: &Self) -> Vec<String> {
        let text = |v: Option<&Value>| v.map_or_else(|| "nothing".to_owned(), Value::to_string);
        let names: BTreeSet<&String> = self.0.keys().chain(here.0.keys()).collect();
        names
            .into_iter()
            // The model counts only where the file's noise looked at it.
            .filter(|name| *name != DATA && (*name != MODEL || self.0.contains_key(MODEL)))
            .filter(|name| self.0.get(*name) != here.0.get(*name))
            .map(|name| format!("{name} is {} there and {} here", text(self.0.get(name)), text(here.0.get(name))))
            .collect()
    }
}
