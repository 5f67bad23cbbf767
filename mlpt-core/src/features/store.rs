//! The folder of features.

use super::file::{self, Rows};
use super::index::Index;
use super::lock::Lock;
use super::place::{FeaturesConfig, folder};
use super::recipe::Recipe;
use crate::clip::FrozenClip;
use crate::config::Config;
use crate::data::Transform;
use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A folder of features. Whatever is wrong with it, a run goes on: it encodes.
#[derive(Debug)]
pub struct FeatureStore {
    dir: PathBuf,
    /// The recipes that this process has found out, by weights and transform.
    recipes: Mutex<Vec<(FrozenClip, String, Recipe)>>,
    /// Whether it has been told that nothing can be written.
    told: AtomicBool,
}

impl FeatureStore {
    /// The store in `dir`, which is made when there is something to keep.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), recipes: Mutex::default(), told: AtomicBool::new(false) }
    }

    /// The store that the section `FEATURES` asks for; `None` where it asks for none, or where no folder was given and
    /// the system names no home.
    ///
    /// # Errors
    /// When a key is of the wrong type, or `FEATURES.DIR` cannot be found.
    pub fn read(config: &Config) -> Result<Option<Self>> {
        let FeaturesConfig { cache, dir } = config.section("FEATURES")?;
        if !cache {
            return Ok(None);
        }
        match folder(&dir) {
            Ok(dir) => Ok(Some(Self::new(dir))),
            Err(e) if dir.trim().is_empty() => {
                tracing::debug!("features are not kept: {e}");
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The recipe of a model and a test transform; found out once a process.
    ///
    /// # Errors
    /// As [`Recipe::new`].
    pub(super) fn recipe(&self, clip: &FrozenClip, transform: &Transform) -> Result<Recipe> {
        let settings = transform.test_settings().unwrap_or_default();
        let mut known = self.recipes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., recipe)) = known.iter().find(|(model, of, _)| model.is(clip) && *of == settings) {
            return Ok(recipe.clone());
        }
        let recipe = Recipe::new(clip, transform)?;
        known.push((clip.clone(), settings, recipe.clone()));
        Ok(recipe)
    }

    fn path(&self, recipe: &Recipe) -> Result<PathBuf> {
        Ok(self.dir.join(format!("{}.safetensors", recipe.name()?)))
    }

    /// What is kept for a recipe. A damaged file is told once, and counts as none.
    pub(super) fn read_rows(&self, recipe: &Recipe) -> Rows {
        let rows = self.path(recipe).and_then(|path| file::read(&path, recipe));
        rows.map(Option::unwrap_or_default).unwrap_or_else(|e| {
            tracing::warn!("{e}; these features are computed again");
            Rows::default()
        })
    }

    /// Keeps `rows`, and whatever another process has written meanwhile.
    pub(super) fn add_rows(&self, name: &str, recipe: &Recipe, rows: Rows) {
        self.keep(|| {
            let path = self.path(recipe)?;
            let _lock = Lock::wait(&self.dir)?;
            let there = file::read(&path, recipe).ok().flatten().unwrap_or_default();
            file::write(&path, name, recipe, &rows.merged(&there))
        });
    }

    /// What is known of the files below `root`. A damaged index is told, and counts as none.
    pub(super) fn read_index(&self, root: &Path) -> Index {
        Index::read(&Index::path(&self.dir, root)).unwrap_or_else(|e| {
            tracing::warn!("{e}; the images are read again");
            Index::default()
        })
    }

    /// Adds to what is known of the files below `root`.
    pub(super) fn add_to_index(&self, root: &Path, newer: Index) {
        if newer.is_empty() {
            return;
        }
        self.keep(|| {
            let path = Index::path(&self.dir, root);
            let _lock = Lock::wait(&self.dir)?;
            let mut index = Index::read(&path).unwrap_or_default();
            index.update(newer);
            index.write(&path)
        });
    }

    /// Writes something. That nothing can be written is told once, and the run goes on.
    fn keep(&self, write: impl FnOnce() -> Result<()>) {
        let fault: Option<Error> = write().err();
        if let Some(e) = fault
            && !self.told.swap(true, Ordering::Relaxed)
        {
            tracing::warn!("features cannot be kept: {e}; give another FEATURES.DIR, or FEATURES.CACHE=false");
        }
    }
}
