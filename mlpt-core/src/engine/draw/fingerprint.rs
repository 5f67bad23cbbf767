//! What a draw hangs on. A draw that was kept may be used again only where all of it is the same.

use super::fresh::{DrawConfig, VAL_SHOTS};
use crate::config::Config;
use crate::data::NoiseModel;
use crate::data::noise::{Amount, Level, NoiseScope};
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
        (noise, model, amount): (&Entry<F>, &dyn NoiseModel, Amount),
    ) -> Self {
        let mut settings: Map<String, Value> = noise
            .schema
            .iter()
            .filter_map(|key| Some((key.path.clone(), config.resolved(&key.path).ok()?.value.to_string().into())))
            .collect();
        // What a file says counts, not where it lies.
        settings.extend(
            model.inputs().into_iter().map(|(key, digest)| (key.to_owned(), format!("sha256 {digest}").into())),
        );
        let num_fp = match amount.level {
            Level::Count(num_fp) => json!(num_fp),
            Level::Rate(_) => Value::Null,
        };
        let expands = draw.pool == "expand";
        let fields = [
            ("generator", json!(GENERATOR)),
            ("dataset", json!(dataset)),
            (DATA, json!(data)),
            ("seed", json!(seed)),
            ("num_shots", json!(draw.shots.max(-1))),
            ("num_fp", num_fp),
            ("noise", json!(noise.name)),
            ("noise_settings", settings.into()),
            ("pool", json!(draw.pool)),
            ("num_expand", if expands { json!(draw.num_expand) } else { Value::Null }),
            ("val", json!(format!("at most {VAL_SHOTS} a class"))),
        ];
        let mut fields: Map<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        // Only where they are in use, so that earlier draws still fit.
        if let Level::Rate(rate) = amount.level {
            fields.insert("noise_rate".to_owned(), json!(rate));
        }
        if amount.scope != NoiseScope::Class {
            fields.insert("noise_scope".to_owned(), json!(amount.scope));
        }
        Self(fields)
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
