//! From layers to the settings of one run.

use super::check::{Checked, Findings, check};
use super::file::Setting;
use super::layers::{Layer, Layers};
use super::{Config, Origin, Value, merge, rules};
use crate::registry::Entry;
use crate::{Error, Result};

impl Layers<'_> {
    /// Checks every layer against the schema, merges them and applies the rules that join keys
    /// (robust loss, registered names, the chosen entries' own checks).
    ///
    /// # Errors
    /// [`Error::Config`] with every fault of every layer.
    pub fn resolve(mut self) -> Result<Config> {
        self.layers.sort_by_key(|(rank, _)| *rank);
        let mut findings = Findings { faults: std::mem::take(&mut self.faults), ignored: Vec::new() };
        let chosen = Chosen::find(&self);
        let weak = self.weak_layers(&chosen, &mut findings);
        let strong = self.layers.iter().map(|(_, layer)| layer);
        let mut checked = vec![self.defaults()];
        for layer in weak.iter().chain(strong) {
            checked.push(check(layer, &self.schema, &chosen.trainer, &mut findings));
        }
        let mut config = merge::merge(&checked)?;
        rules::names(&mut config, self.registries, &mut findings.faults);
        rules::robust_loss(&mut config, &mut findings.faults);
        rules::noise_amount(&mut config, &mut findings.faults);
        if findings.faults.is_empty() {
            rules::entry_checks(&config, self.registries, &mut findings.faults);
        }
        if !findings.faults.is_empty() {
            return Err(Error::Config(findings.faults));
        }
        if let Some(notice) = rules::unused_selector(&config, &self.schema, self.registries) {
            config.add_notice(notice);
        }
        if !findings.ignored.is_empty() {
            config.add_notice(format!(
                "keys of the reference that have no meaning here are ignored: {}",
                findings.ignored.join(", ")
            ));
        }
        Ok(config)
    }

    fn defaults(&self) -> Checked {
        let values = self.schema.iter().map(|k| (k.path.clone(), k.default.clone())).collect();
        Checked { origin: Origin::Default, values }
    }

    /// What stands between the built-in defaults and the user's own layers.
    fn weak_layers(&self, chosen: &Chosen, findings: &mut Findings) -> Vec<Layer> {
        let dataset = self.registries.datasets.get(&chosen.dataset).ok().map(entry_layer);
        let trainer = self.registries.trainers.get(&chosen.trainer).ok().map(entry_layer);
        let entries: Vec<Layer> = [dataset, trainer].into_iter().flatten().collect();
        let Some(implies) = &self.model else { return entries };
        let of_entries = entries.iter().rev().find_map(|l| text_in(l, "MODEL.BACKBONE.NAME"));
        let name = self.chosen("MODEL.BACKBONE.NAME").or(of_entries).unwrap_or_default();
        match implies(&name) {
            Ok(values) => {
                let settings = values.into_iter().map(|(path, value)| Setting { path, value, line: None }).collect();
                let shown = if name.is_empty() { "builtin".to_owned() } else { name };
                let mut layers = vec![Layer { origin: Origin::Model(shown), settings }];
                layers.extend(entries);
                layers
            }
            Err(error) => {
                findings.faults.push(format!("MODEL.BACKBONE.NAME: {error}"));
                entries
            }
        }
    }

    /// The text that the strongest of the user's layers gives `path`.
    fn chosen(&self, path: &str) -> Option<String> {
        self.layers.iter().rev().find_map(|(_, layer)| text_in(layer, path))
    }
}

/// The names that decide which entries' defaults count.
struct Chosen {
    trainer: String,
    dataset: String,
}

impl Chosen {
    fn find(layers: &Layers<'_>) -> Self {
        let name = |path| layers.chosen(path).unwrap_or_default();
        Self { trainer: name("TRAINER.NAME"), dataset: name("DATASET.NAME") }
    }
}

fn text_in(layer: &Layer, path: &str) -> Option<String> {
    layer.settings.iter().rev().filter(|s| s.path == path).find_map(|s| match &s.value {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    })
}

fn entry_layer<F>(entry: &Entry<F>) -> Layer {
    let setting =
        |(path, value): &(&str, Value)| Setting { path: (*path).to_owned(), value: value.clone(), line: None };
    Layer { origin: Origin::Entry(entry.name.to_owned()), settings: entry.defaults.iter().map(setting).collect() }
}
