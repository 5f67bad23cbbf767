//! A model's files on the hub.

use super::folder::Folder;
use crate::Result;
use crate::hub::{Hub, Listing, Progress, RepoId, Settings};
use std::path::PathBuf;

/// A repository whose files are fetched as they are asked for.
pub(super) struct Repository<'a> {
    hub: Hub,
    repo: &'a RepoId,
    listing: Listing,
    progress: &'a dyn Progress,
}

impl<'a> Repository<'a> {
    /// Asks the hub that the environment tells what the repository holds; `cached_only` asks the cache instead.
    pub(super) fn open(repo: &'a RepoId, progress: &'a dyn Progress, cached_only: bool) -> Result<Self> {
        let mut settings = Settings::from_env()?;
        settings.offline |= cached_only;
        let hub = Hub::new(settings)?;
        let listing = hub.files(repo)?;
        Ok(Self { hub, repo, listing, progress })
    }
}

impl Folder for Repository<'_> {
    fn has(&self, name: &str) -> bool {
        self.listing.files.iter().any(|file| file == name)
    }

    fn names(&self) -> Vec<String> {
        self.listing.files.iter().filter(|name| !name.contains('/')).cloned().collect()
    }

    fn file(&self, name: &str) -> Result<PathBuf> {
        self.hub.get(self.repo, name, self.progress)
    }
}
