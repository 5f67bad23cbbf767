//! The hub: cache first, then the network.

use super::answer::Subject;
use super::cache::Cache;
use super::fault::Fault;
use super::lock::Lock;
use super::retry::Policy;
use super::settings::checked_endpoint;
use super::transfer::Transfer;
use super::url::encode;
use super::wire::{Method, Wire};
use super::{Listing, Progress, RepoId, Settings, digest, facts, listing, names};
use crate::{Error, Result};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A model hub and the cache of what came from it. Threads may share it.
pub struct Hub {
    settings: Settings,
    cache: Cache,
    wire: Wire,
    /// Set once the cache has stood in for a hub that does not answer: one wait and one warning is enough.
    silent: AtomicBool,
}

impl Hub {
    /// A hub as the settings say; nothing is asked yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] where address, proxies or trust roots cannot be used.
    pub fn new(settings: Settings) -> Result<Self> {
        let endpoint = checked_endpoint(&settings.endpoint)
            .map_err(|fault| Error::invalid(format!("the hub's address (HF_ENDPOINT) {fault}")))?;
        let settings = Settings { endpoint, ..settings };
        let (cache, wire) = (Cache::new(&settings.cache), Wire::new(&settings)?);
        Ok(Self { settings, cache, wire, silent: AtomicBool::new(false) })
    }

    /// How the hub is asked.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The files of a repository. Offline, or where the hub cannot be reached, those that the cache has.
    ///
    /// # Errors
    /// Where there is no such repository or revision, no access to it, or no answer and nothing in the cache.
    pub fn files(&self, repo: &RepoId) -> Result<Listing> {
        let cached = self.cache.listing(repo);
        if self.settings.offline {
            return cached.ok_or_else(|| self.not_here(&format!("no file of {repo} is")));
        }
        if let Some(listing) = cached.clone().filter(|_| self.silent.load(Ordering::Relaxed)) {
            return Ok(listing);
        }
        let Settings { endpoint, metadata_timeout, .. } = &self.settings;
        let revision = encode(repo.revision(), false);
        let url = format!("{endpoint}/api/{}/{}/revision/{revision}", repo.kind().plural(), repo.id());
        let subject = self.subject(repo, None);
        let asked = self.policy(cached.is_some()).run(|| listing::ask(&self.wire, &url, *metadata_timeout, subject));
        match asked {
            Ok(listing) => Ok(listing),
            Err(fault) => self.stand_in(fault, cached),
        }
    }

    /// The path of a file, downloaded where the cache does not have it. For a branch or a tag the hub
    /// is asked what it stands for now; where it cannot be reached, the cache counts.
    ///
    /// # Errors
    /// Where there is no such file, no access to it, no answer and nothing in the cache, or the
    /// content is not what the hub promised.
    pub fn get(&self, repo: &RepoId, file: &str, progress: &dyn Progress) -> Result<PathBuf> {
        names::check(file, &repo.to_string())?;
        let cached = self.cached(repo, file);
        if let Some(path) = cached.clone().filter(|_| repo.is_pinned() || self.silent.load(Ordering::Relaxed)) {
            return Ok(path);
        }
        if self.settings.offline {
            return cached.ok_or_else(|| self.not_here(&format!("the file '{file}' of {repo} is not")));
        }
        let url = self.address(repo, repo.revision(), file);
        let (wait, subject) = (self.settings.metadata_timeout, self.subject(repo, Some(file)));
        let facts = match self.policy(cached.is_some()).run(|| facts::ask(&self.wire, &url, wait, subject)) {
            Ok(facts) => facts,
            Err(fault) => return self.stand_in(fault, cached),
        };
        if repo.is_pinned() && facts.commit != repo.revision() {
            return Err(Error::invalid(format!("{url}: the hub answered with another commit, {}", facts.commit)));
        }
        if !self.cache.pointer(repo, &facts.commit, file).is_file() {
            self.fetch(repo, file, &facts, progress)?;
        }
        let path = self.cache.place(repo, &facts.commit, file, &facts.etag)?;
        self.cache.remember(repo, &facts.commit)?;
        Ok(path)
    }

    /// The path of a file that the cache has at the repository's revision.
    pub fn cached(&self, repo: &RepoId, file: &str) -> Option<PathBuf> {
        self.cache.find(repo, file)
    }

    /// How long the hub takes to answer.
    ///
    /// # Errors
    /// Where it does not, or the settings say to be offline.
    pub fn ping(&self) -> Result<Duration> {
        if self.settings.offline {
            return Err(Error::invalid("HF_HUB_OFFLINE is set, so the hub is not asked"));
        }
        let url = format!("{}/", self.settings.endpoint);
        let start = Instant::now();
        let reply = self.wire.ask(Method::Head, &url, 0, self.settings.metadata_timeout).map_err(|f| *f.error)?;
        match reply.status() {
            status @ (407 | 500..) => Err(Error::invalid(format!(
                "{url}: answers with the status {status}; see to HTTPS_PROXY, or set HF_ENDPOINT to a mirror"
            ))),
            _ => Ok(start.elapsed()),
        }
    }

    /// Brings the content into the cache.
    fn fetch(&self, repo: &RepoId, file: &str, facts: &facts::Facts, progress: &dyn Progress) -> Result<()> {
        let blob = self.cache.blob(repo, &facts.etag);
        if blob.is_file() {
            return Ok(());
        }
        let _lock = Lock::wait(&self.cache.lock(repo, &facts.etag))?;
        // Somebody else may have brought it meanwhile.
        if blob.is_file() {
            return Ok(());
        }
        if let Some(dir) = blob.parent() {
            fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
        }
        let part = blob.with_file_name(format!("{}.incomplete", facts.etag));
        // The commit, not the branch: that may have moved since.
        let url = self.address(repo, &facts.commit, file);
        let mut transfer = Transfer {
            wire: &self.wire,
            url: &url,
            subject: self.subject(repo, Some(file)),
            silence: self.settings.download_timeout,
            part: &part,
            size: facts.size,
            progress,
            most: 0,
        };
        let done = self.policy(false).run(|| transfer.once());
        progress.finish();
        done.map_err(|fault| *fault.error)?;
        digest::verify(&part, &facts.etag, &url)?;
        fs::rename(&part, &blob).map_err(|e| Error::io(&blob, e))
    }

    fn address(&self, repo: &RepoId, revision: &str, file: &str) -> String {
        let (revision, file) = (encode(revision, false), encode(file, true));
        format!("{}/{}/resolve/{revision}/{file}", self.settings.endpoint, repo.page())
    }

    fn subject<'a>(&'a self, repo: &'a RepoId, file: Option<&'a str>) -> Subject<'a> {
        Subject { endpoint: &self.settings.endpoint, repo, file }
    }

    /// With the cache at hand there is no use in long waits.
    fn policy(&self, cached: bool) -> Policy {
        Policy { retries: if cached { 0 } else { self.settings.retries }, backoff: self.settings.backoff }
    }

    /// The cache in place of a hub that cannot be reached.
    fn stand_in<T>(&self, fault: Fault, cached: Option<T>) -> Result<T> {
        match cached {
            Some(cached) if fault.is_unreachable() => {
                if !self.silent.swap(true, Ordering::Relaxed) {
                    tracing::warn!("{}; what the cache has is used", fault.error);
                }
                Ok(cached)
            }
            _ => Err(*fault.error),
        }
    }

    fn not_here(&self, what: &str) -> Error {
        Error::invalid(format!(
            "{what} in the cache {}, and HF_HUB_OFFLINE is set; unset it once to download, set HF_HOME to \
             another cache, or give a local folder",
            self.cache.root().display()
        ))
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("settings", &self.settings).finish_non_exhaustive()
    }
}
