//! From the command line to the settings of a run.

use crate::args::{EvalArgs, RunArgs, SettingsArgs};
use crate::commands::train::TrainOptions;
use anyhow::anyhow;
use mlpt_core::clip::{Interpolation, ModelSource, Preprocess};
use mlpt_core::config::{Config, Layers, Schema, Value};
use mlpt_core::engine::Checkpoints;
use mlpt_core::{Error, Registries, Result};
use std::path::Path;

/// What a model implies, by the name that `MODEL.BACKBONE.NAME` gives.
type Implied = fn(&str) -> Result<Vec<(String, Value)>>;

impl SettingsArgs {
    /// The layers that these flags, the environment and the trailing settings say.
    pub fn layers<'a>(&self, registries: &'a Registries) -> Layers<'a> {
        let mut layers = Layers::new(registries).env(std::env::vars_os().filter_map(|(k, v)| {
            // A variable that is no text is none of ours.
            Some((k.into_string().ok()?, v.into_string().ok()?))
        }));
        layers = self.preset.iter().fold(layers, |l, name| l.preset(name));
        layers = self.dataset_config_file.iter().fold(layers, |l, path| l.dataset_file(path));
        layers = self.config_file.iter().fold(layers, |l, path| l.config_file(path));
        layers = self.flags().into_iter().fold(layers, |l, (flag, path, value)| l.flag(flag, path, value));
        layers.overrides(&self.opts)
    }

    /// The settings; `run` (or else `--resume`) is a run directory whose own settings count below
    /// all others. Where
    /// nobody chose anything, preset `demo` counts, and a notice says so.
    ///
    /// # Errors
    /// Every fault of every layer.
    pub fn resolve(&self, registries: &Registries, run: Option<&Path>) -> Result<Config> {
        self.resolve_with(registries, run, implied)
    }

    /// The same, with another say on what a model implies.
    pub(crate) fn resolve_with(&self, registries: &Registries, run: Option<&Path>, implied: Implied) -> Result<Config> {
        let mut layers = self.layers(registries).model(implied);
        let resumed = self.resume.as_deref().map(Path::new);
        let dir = run.or(resumed);
        if let Some(recorded) = dir.map(|dir| dir.join("config.toml")).filter(|path| path.is_file()) {
            return layers.weakest_file(&recorded).resolve();
        }
        let bare = layers.is_bare();
        if let Some(dir) = dir.filter(|_| bare) {
            return Err(Error::data(dir, "holds no run of this program: there is no config.toml in it"));
        }
        if bare {
            layers = layers.preset("demo");
        }
        let mut config = layers.resolve()?;
        if bare {
            config.add_notice("no trainer, data set, preset or config file was given: using preset 'demo'");
        }
        Ok(config)
    }

    /// These settings as the words of a command line, for a process of its own.
    pub(crate) fn words(&self) -> Vec<String> {
        let files = |flag: &str, paths: &[std::path::PathBuf]| -> Vec<String> {
            paths.iter().flat_map(|path| [flag.to_owned(), path.display().to_string()]).collect()
        };
        let mut words: Vec<String> = self.preset.iter().flat_map(|p| ["--preset".to_owned(), p.clone()]).collect();
        words.extend(files("--dataset-config-file", &self.dataset_config_file));
        words.extend(files("--config-file", &self.config_file));
        let mut told = Vec::new();
        for (flag, _, value) in self.flags() {
            // One flag may set several keys.
            if std::mem::replace(&mut told, vec![flag]) == [flag] {
                continue;
            }
            words.push(flag.to_owned());
            match value {
                Value::Bool(_) => {}
                Value::List(items) => words.extend(items.into_iter().map(plain)),
                value => words.push(plain(value)),
            }
        }
        // A list of values would take the first setting for one more.
        words.push("--".to_owned());
        words.extend(self.opts.iter().cloned());
        words
    }

    /// The keys that flags and trailing settings set.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.flags().into_iter().map(|(_, path, _)| path.to_owned()).collect();
        let mut words = self.opts.iter();
        while let Some(word) = words.next() {
            let key = word.split_once('=').map_or_else(
                || {
                    // Its value is the word behind it.
                    words.next();
                    word.as_str()
                },
                |(key, _)| key,
            );
            keys.push(key.to_uppercase());
        }
        keys
    }

    fn flags(&self) -> Vec<(&'static str, &'static str, Value)> {
        let mut flags: Vec<(&str, &str, Value)> = Vec::new();
        let texts = [
            ("--dataset", "DATASET.NAME", &self.dataset),
            ("--trainer", "TRAINER.NAME", &self.trainer),
            ("--backbone", "MODEL.BACKBONE.NAME", &self.backbone),
            ("--head", "MODEL.HEAD.NAME", &self.head),
            ("--root", "DATASET.ROOT", &self.root),
            ("--output-dir", "OUTPUT_DIR", &self.output_dir),
            ("--resume", "RESUME", &self.resume),
            ("--device", "DEVICE", &self.device),
            ("--noise", "NOISE.NAME", &self.noise),
        ];
        flags.extend(texts.into_iter().filter_map(|(f, p, v)| Some((f, p, v.clone()?.into()))));
        let numbers = [
            ("--seed", "SEED", self.seed),
            ("--num-fp", "DATASET.NUM_FP", self.num_fp),
            ("--prompt-depth", "TRAINER.MAPLE.PROMPT_DEPTH", self.prompt_depth),
            ("--prompt-depth", "TRAINER.RMAPLE.PROMPT_DEPTH", self.prompt_depth),
        ];
        flags.extend(numbers.into_iter().filter_map(|(f, p, v)| Some((f, p, v?.into()))));
        let lists = [
            ("--transforms", "INPUT.TRANSFORMS", &self.transforms),
            ("--source-domains", "DATASET.SOURCE_DOMAINS", &self.source_domains),
            ("--target-domains", "DATASET.TARGET_DOMAINS", &self.target_domains),
        ];
        flags.extend(lists.into_iter().filter_map(|(f, p, v)| Some((f, p, v.clone()?.into()))));
        flags.extend(self.noise_rate.map(|rate| ("--noise-rate", "NOISE.RATE", rate.into())));
        if self.use_robustloss {
            flags.push(("--use-robustloss", "DATASET.USE_ROBUSTLOSS", true.into()));
        }
        if self.skip_broken {
            flags.push(("--skip-broken", "DATALOADER.SKIP_BROKEN", true.into()));
        }
        flags
    }
}

/// A value as a command line has it.
fn plain(value: Value) -> String {
    match value {
        Value::Str(text) => text,
        value => value.to_string(),
    }
}

impl RunArgs {
    /// The run whose settings count below all others.
    ///
    /// # Errors
    /// When there is no such folder.
    pub(crate) fn recorded(&self) -> anyhow::Result<Option<&Path>> {
        match self.model_dir.as_deref().filter(|_| self.eval_only) {
            Some(dir) if !dir.is_dir() => Err(no_run(dir)),
            dir => Ok(dir),
        }
    }

    /// The same for the engine.
    pub(crate) fn options(&self) -> TrainOptions {
        let Self { eval_only, no_train, overwrite, .. } = *self;
        let checkpoints = Checkpoints { model_dir: self.model_dir.clone(), epoch: self.load_epoch };
        TrainOptions { overwrite, no_train, eval_only, checkpoints, dashboard: false }
    }
}

impl EvalArgs {
    /// Settings and checkpoints; the first of the trailing words is the run directory, unless it
    /// begins a setting.
    ///
    /// # Errors
    /// When that word is neither.
    pub(crate) fn split(mut self, registries: &Registries) -> anyhow::Result<(SettingsArgs, Checkpoints)> {
        let mut model_dir = self.model_dir.take();
        if let Some(word) = self.settings.opts.first().filter(|_| model_dir.is_none()) {
            let is_key = begins_setting(word, registries);
            if Path::new(word).is_dir() {
                model_dir = Some(self.settings.opts.remove(0).into());
            } else if !is_key {
                return Err(no_run(Path::new(word)));
            }
        }
        if let Some(dir) = model_dir.as_ref().filter(|dir| !dir.is_dir()) {
            return Err(no_run(dir));
        }
        Ok((self.settings, Checkpoints { model_dir, epoch: self.load_epoch }))
    }
}

/// Whether a trailing word is a key, or `KEY=VALUE`, and not the name of what the command works on.
pub(crate) fn begins_setting(word: &str, registries: &Registries) -> bool {
    word.contains('=') || Schema::assemble(registries).get(&word.to_uppercase()).is_some()
}

/// What to say of a run directory that is none.
fn no_run(path: &Path) -> anyhow::Error {
    match path.is_file() {
        true => anyhow!(
            "{} is a file, not a run directory: give the folder that `mlpt train` wrote, or that of the Python with \
             prompt_learner/model.pth.tar-N in it",
            path.display()
        ),
        false => anyhow!("there is no run directory {}", path.display()),
    }
}

/// What the model that `name` means implies for the input.
fn implied(name: &str) -> Result<Vec<(String, Value)>> {
    Ok(settings_of(ModelSource::parse(name)?.preprocess()?))
}

/// The size is left to the engine, which loads the weights, where only these tell it.
fn settings_of(known: Option<Preprocess>) -> Vec<(String, Value)> {
    let size = known.as_ref().map(|p| ("INPUT.SIZE".to_owned(), vec![p.size, p.size].into()));
    let pixels = known.unwrap_or_else(|| Preprocess::clip(0));
    let filter = match pixels.interpolation {
        Interpolation::Nearest => "nearest",
        Interpolation::Bilinear => "bilinear",
        Interpolation::Bicubic => "bicubic",
    };
    // Through the shortest decimal: 0.4814 as f32 is another number as f64.
    let floats = |xs: [f32; 3]| xs.map(|x| x.to_string().parse().unwrap_or(f64::from(x))).to_vec();
    let mut settings = vec![
        ("INPUT.PIXEL_MEAN".to_owned(), floats(pixels.mean).into()),
        ("INPUT.PIXEL_STD".to_owned(), floats(pixels.std).into()),
        ("INPUT.INTERPOLATION".to_owned(), filter.into()),
    ];
    settings.extend(size);
    settings
}

/// The same for a mere look at the settings: the model need not be there, and no hub is asked.
pub(crate) fn implied_if_there(name: &str) -> Result<Vec<(String, Value)>> {
    let pixels = ModelSource::parse(name).and_then(|source| source.preprocess_if_here());
    Ok(pixels.map(settings_of).unwrap_or_default())
}
