//! A hub with one model and one data set, and clients of it.

use mlpt_core::hub::{Hub, Kind, Progress, RepoId, Settings};
use mlpt_tests::hub_server::{HubServer, Kind as Served};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The large file, which comes from the storage; and a small one, which comes from the hub itself.
pub(crate) const LARGE: &str = "model.safetensors";
pub(crate) const SMALL: &str = "config.json";
/// Bytes of the large file.
pub(crate) const SIZE: usize = 200_000;

pub(crate) struct World {
    dir: tempfile::TempDir,
    pub(crate) server: HubServer,
    pub(crate) commit: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let model = dir.path().join("model");
        fs::create_dir_all(model.join("sub dir")).unwrap();
        let bytes: Vec<u8> = (0..SIZE).map(|i| (i * i / 7 % 251) as u8).collect();
        fs::write(model.join(LARGE), bytes).unwrap();
        fs::write(model.join(SMALL), "{\"a\": 1}").unwrap();
        fs::write(model.join("sub dir/\u{fc}#1.txt"), "odd").unwrap();
        fs::write(model.join("empty.txt"), "").unwrap();
        let set = dir.path().join("set");
        fs::create_dir_all(&set).unwrap();
        fs::write(set.join("train.zip"), "not really").unwrap();
        let server = HubServer::start().unwrap();
        let commit = server.repo(Served::Model, "org/name", &model).unwrap();
        server.repo(Served::Dataset, "org/set", &set).unwrap();
        Self { dir, server, commit }
    }

    /// Puts another content under a name; the repository has a new commit.
    pub(crate) fn change(&self, file: &str, text: &str) -> String {
        fs::write(self.dir.path().join("model").join(file), text).unwrap();
        self.server.repo(Served::Model, "org/name", &self.dir.path().join("model")).unwrap()
    }

    /// A second server with the same repositories.
    pub(crate) fn storage(&self) -> HubServer {
        let storage = HubServer::start().unwrap();
        storage.repo(Served::Model, "org/name", &self.dir.path().join("model")).unwrap();
        storage
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.home().join("hub/models--org--name")
    }

    pub(crate) fn original(&self, file: &str) -> Vec<u8> {
        fs::read(self.dir.path().join("model").join(file)).unwrap()
    }

    /// The part files in the cache, with their sizes.
    pub(crate) fn parts(&self) -> Vec<u64> {
        let Ok(blobs) = fs::read_dir(self.folder().join("blobs")) else { return Vec::new() };
        let parts = blobs.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "incomplete"));
        parts.map(|p| fs::metadata(p).unwrap().len()).collect()
    }

    /// Settings from these variables besides those that lead here. Few and short waits between tries.
    pub(crate) fn settings(&self, variables: &[(&str, &str)]) -> Settings {
        let mut all = HashMap::from([
            ("HF_HOME".to_owned(), self.home().to_str().unwrap().to_owned()),
            ("HF_ENDPOINT".to_owned(), self.server.url()),
            ("HF_HUB_ETAG_TIMEOUT".to_owned(), "60".to_owned()),
            ("HF_HUB_DOWNLOAD_TIMEOUT".to_owned(), "60".to_owned()),
        ]);
        all.extend(variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        let settings = Settings::from_lookup(|name| all.get(name).cloned()).unwrap();
        Settings { retries: 2, backoff: Duration::from_millis(1), ..settings }
    }

    pub(crate) fn hub(&self, variables: &[(&str, &str)]) -> Hub {
        Hub::new(self.settings(variables)).unwrap()
    }

    /// Requests of a method whose path has `part` in it.
    pub(crate) fn count(&self, method: &str, part: &str) -> usize {
        self.server.requests().iter().filter(|r| r.method == method && r.path.contains(part)).count()
    }
}

pub(crate) fn model() -> RepoId {
    RepoId::parse(Kind::Model, "org/name").unwrap()
}

/// What a download said of itself.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) starts: RefCell<Vec<(String, Option<u64>, u64)>>,
    pub(crate) bytes: RefCell<u64>,
    pub(crate) finished: RefCell<usize>,
}

impl Progress for Told {
    fn start(&self, file: &str, total: Option<u64>, done: u64) {
        self.starts.borrow_mut().push((file.to_owned(), total, done));
    }

    fn advance(&self, bytes: u64) {
        *self.bytes.borrow_mut() += bytes;
    }

    fn finish(&self) {
        *self.finished.borrow_mut() += 1;
    }
}

/// The message has all of these in it.
#[track_caller]
pub(crate) fn says(error: &mlpt_core::Error, parts: &[&str]) {
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "no {part:?} in: {message}");
    }
    assert!(!message.contains("secret"), "a signature: {message}");
}

pub(crate) fn names_in(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
