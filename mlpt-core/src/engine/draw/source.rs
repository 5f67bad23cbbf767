//! Where a run's items come from: the run's own `draw.json`, the folder `DATASET.DRAWS`, or a fresh
//! draw.

use super::file::DrawFile;
use super::fingerprint::Fingerprint;
use super::fresh::{self, DrawConfig, Drawn, Noise};
use crate::Result;
use crate::config::Config;
use crate::data::noise::{Amount, FeatureSource, Level, NoiseScope};
use crate::data::{Item, NoiseModel, Splits, Subsample};
use crate::error::Error;
use crate::event::Events;
use crate::registry::Entry;
use crate::rng::RngTree;
use candle_core::Tensor;
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// All that a draw is made from.
pub(in crate::engine) struct Source<'a, F> {
    pub(in crate::engine) config: &'a Config,
    pub(in crate::engine) seed: u64,
    /// Registry name of the data set.
    pub(in crate::engine) dataset: &'a str,
    pub(in crate::engine) splits: &'a Splits,
    pub(in crate::engine) noise: &'a Entry<F>,
    pub(in crate::engine) model: &'a dyn NoiseModel,
    pub(in crate::engine) features: &'a dyn FeatureSource,
    /// Digest of the CLIP model.
    pub(in crate::engine) model_digest: &'a str,
    pub(in crate::engine) rng: &'a RngTree,
}

/// The items, and the document that keeps them.
pub(in crate::engine) struct Draw {
    pub(in crate::engine) drawn: Drawn,
    /// The text of `draw.json`.
    pub(in crate::engine) text: String,
    /// The file in `DATASET.DRAWS` that is to hold the same text; `None` where it does, or none is
    /// asked for.
    pub(in crate::engine) share: Option<PathBuf>,
}

impl<F> Source<'_, F> {
    /// The items: from `kept`, the document of the run that is gone on with, where it is there; or
    /// else from `DATASET.DRAWS`; or else drawn.
    ///
    /// # Errors
    /// When a document is broken, or was made from another split or with other settings; when a
    /// class has too few images, or the noise is not possible.
    pub(in crate::engine) fn draw(&self, kept: Option<&Path>, events: &mut Events) -> Result<Draw> {
        let settings: DrawConfig = self.config.section("DATASET")?;
        let amount = Amount::read(self.config)?;
        let noise = Noise { model: self.model, amount, features: self.features };
        fresh::check(self.splits, &settings, &fresh::eligible(self.splits, &settings, noise), events)?;
        if let Some(path) = kept.filter(|path| path.exists()) {
            let cure = "--overwrite starts this run anew";
            return self.kept(path, cure, &settings, amount);
        }
        if settings.draws.is_empty() {
            return self.fresh(&settings, amount, None);
        }
        let path = Path::new(&settings.draws).join(self.file_name(&settings, amount)?);
        if !path.exists() {
            events.note(format!("Draw: made now, to be kept in {}", path.display()));
            return self.fresh(&settings, amount, Some(path));
        }
        let cure = "delete this file to draw again, or give another folder (DATASET.DRAWS)";
        let draw = self.kept(&path, cure, &settings, amount)?;
        events.note(format!("Draw: taken from {}", path.display()));
        Ok(draw)
    }

    /// `Caltech101-16shots-8wrong-instance-replace-seed1.json`; with a rate `0.25wrong`, over all
    /// `0.25wrong-global`, of half of the classes `Caltech101-base`.
    fn file_name(&self, settings: &DrawConfig, amount: Amount) -> Result<String> {
        let shots = if settings.shots < 1 { "all".to_owned() } else { settings.shots.to_string() };
        let pool = if settings.pool == "expand" { format!("-expand{}", settings.num_expand) } else { String::new() };
        let wrong = match amount.level {
            Level::Count(num_fp) => num_fp.to_string(),
            Level::Rate(rate) => rate.to_string(),
        };
        let scope = match amount.scope {
            NoiseScope::Class => "",
            NoiseScope::Global => "-global",
        };
        let (dataset, noise) = (self.dataset, self.noise.name);
        let classes = Subsample::read(self.config)?.suffix("-");
        let name = format!("{dataset}{classes}-{shots}shots-{wrong}wrong{scope}-{noise}{pool}-seed{}.json", self.seed);
        Ok(name.replace(['/', '\\'], "_"))
    }

    fn fingerprint(&self, settings: &DrawConfig, amount: Amount) -> Fingerprint {
        let data = self.splits.digest();
        let noise = (self.noise, self.model, amount);
        Fingerprint::new(settings, self.config, self.seed, (self.dataset, &data), noise)
    }

    fn fresh(&self, settings: &DrawConfig, amount: Amount, share: Option<PathBuf>) -> Result<Draw> {
        let features = Watched { features: self.features, asked: Cell::new(false) };
        let noise = Noise { model: self.model, amount, features: &features };
        let drawn = fresh::draw(self.splits, settings, noise, self.rng)?;
        let mut fingerprint = self.fingerprint(settings, amount);
        if features.asked.get() {
            fingerprint = fingerprint.with_model(self.model_digest);
        }
        let text = DrawFile::new(&drawn, fingerprint).text()?;
        Ok(Draw { drawn, text, share })
    }

    fn kept(&self, path: &Path, cure: &str, settings: &DrawConfig, amount: Amount) -> Result<Draw> {
        let file = DrawFile::read(path, cure)?;
        let here = self.fingerprint(settings, amount).with_model(self.model_digest);
        let mut differs = file.fingerprint.differences(&here);
        if !file.fingerprint.same_data(&here) {
            differs.push(file.what_changed(self.splits));
        }
        if !differs.is_empty() {
            let message = format!("does not fit this run: {}; {cure}", differs.join("; "));
            return Err(Error::data(path, message));
        }
        let text = file.text()?;
        match file.items(self.splits) {
            Ok(drawn) => Ok(Draw { drawn, text, share: None }),
            // Noise may bring images of its own: those cannot be looked up, only be made again.
            Err(why) => match self.fresh(settings, amount, None)? {
                again if again.text == text => Ok(again),
                _ => Err(Error::data(path, format!("cannot be used: {why}; {cure}"))),
            },
        }
    }
}

/// Notices whether features were asked for.
struct Watched<'a> {
    features: &'a dyn FeatureSource,
    asked: Cell<bool>,
}

impl FeatureSource for Watched<'_> {
    fn features(&self, items: &[Item]) -> Result<Tensor> {
        self.asked.set(true);
        self.features.features(items)
    }

    fn class_features(&self) -> Result<Tensor> {
        self.asked.set(true);
        self.features.class_features()
    }

    fn logit_scale(&self) -> f64 {
        self.asked.set(true);
        self.features.logit_scale()
    }
}
