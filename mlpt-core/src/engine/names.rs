//! The registry names that a run's settings mean, and where its folder lies by default.

use crate::config::{Config, Scope};
use crate::data::Subsample;
use crate::data::noise::{Amount, FILE, Level, NoiseScope};
use crate::registry::{Entry, Registry};
use crate::{Error, Registries, Result};
use std::path::{Path, PathBuf};

/// Registry names, as they are written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) dataset: String,
    pub(super) trainer: String,
    pub(super) noise: String,
    pub(super) backbone: String,
}

impl Names {
    /// Looks every name up.
    ///
    /// # Errors
    /// When one is missing or unknown.
    pub(super) fn of(config: &Config, registries: &Registries) -> Result<Self> {
        Ok(Self {
            dataset: chosen(config, "DATASET.NAME", "--dataset", &registries.datasets)?.name.to_owned(),
            trainer: chosen(config, "TRAINER.NAME", "--trainer", &registries.trainers)?.name.to_owned(),
            noise: chosen(config, "NOISE.NAME", "--noise", &registries.noises)?.name.to_owned(),
            backbone: config.get("MODEL.BACKBONE.NAME")?,
        })
    }

    /// `output/<data set>/<trainer>/<backbone>_<loss>/<shots>shots_<k>noise[_<noise>]/seed<s>`:
    /// the layout of the published results, with our names. `<k>` is NUM_FP or the rate; `_global` follows
    /// the noise with that scope, and `_base` or `_new` the shots with half of the classes.
    pub(super) fn default_folder(&self, config: &Config, seed: u64) -> Result<PathBuf> {
        let backbone = match self.backbone.as_str() {
            "" => "builtin".to_owned(),
            name => Path::new(name).file_name().and_then(|n| n.to_str()).unwrap_or("model").to_lowercase(),
        };
        let loss: String = config.get("LOSS.NAME")?;
        let shots: i64 = config.get("DATASET.NUM_SHOTS")?;
        let amount = Amount::read(config)?;
        let shots = if shots < 1 { "all".to_owned() } else { shots.to_string() };
        let classes = Subsample::read(config)?.suffix("_");
        let wrong = match amount.level {
            // How much that is, a file says.
            Level::Count(0) if self.noise == FILE => String::new(),
            Level::Count(num_fp) => num_fp.to_string(),
            Level::Rate(rate) => rate.to_string(),
        };
        let kind = match amount.scope {
            _ if amount.is_none() && self.noise != FILE => String::new(),
            NoiseScope::Class => format!("_{}", self.noise),
            NoiseScope::Global => format!("_{}_global", self.noise),
        };
        Ok(Path::new("output")
            .join(&self.dataset)
            .join(&self.trainer)
            .join(format!("{backbone}_{loss}"))
            .join(format!("{shots}shots{classes}_{wrong}noise{kind}"))
            .join(format!("seed{seed}")))
    }
}

/// The entry whose name stands at `path`.
pub(super) fn chosen<'a, F>(
    config: &Config,
    path: &str,
    flag: &str,
    registry: &'a Registry<F>,
) -> Result<&'a Entry<F>> {
    let name: String = config.get(path)?;
    if name.is_empty() {
        let kind = registry.kind();
        return Err(Error::Config(vec![format!("no {kind} is chosen: give {flag} NAME (`mlpt list` shows them)")]));
    }
    registry.get(&name)
}

/// What an entry's factory reads from: its own section first, then paths as they are.
pub(super) fn scope<'a, F>(config: &'a Config, entry: &Entry<F>) -> Scope<'a> {
    Scope::new(config, [entry.section_path(), String::new()])
}
