//! The folder that `huggingface_hub`, `hf-hub` and this program share:
//! `models--org--name/{blobs,refs,snapshots}`.

use super::repo::{Kind, RepoId, is_commit};
use super::{Listing, names};
use crate::files::{temporary_of, write_atomic};
use crate::{Error, Result};
use hf_hub::{Repo, RepoType};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The cache below one folder.
pub(super) struct Cache {
    root: PathBuf,
    layout: hf_hub::Cache,
}

impl Cache {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), layout: hf_hub::Cache::new(root.to_owned()) }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The content named `etag`.
    pub(super) fn blob(&self, repo: &RepoId, etag: &str) -> PathBuf {
        self.folder(repo).join("blobs").join(etag)
    }

    /// What is held while the content named `etag` comes.
    pub(super) fn lock(&self, repo: &RepoId, etag: &str) -> PathBuf {
        self.root.join(".locks").join(named(repo).folder_name()).join(format!("{etag}.lock"))
    }

    /// Where `file` of a commit is, or will be.
    pub(super) fn pointer(&self, repo: &RepoId, commit: &str, file: &str) -> PathBuf {
        self.layout.repo(named(repo)).pointer_path(commit).join(file)
    }

    /// The commit that the revision stood for when it was last asked for.
    pub(super) fn commit(&self, repo: &RepoId) -> Option<String> {
        if repo.is_pinned() {
            return Some(repo.revision().to_owned());
        }
        let text = fs::read_to_string(self.reference(repo)).ok()?;
        Some(text.trim().to_owned()).filter(|commit| is_commit(commit))
    }

    /// `file` of the revision, where it is here.
    pub(super) fn find(&self, repo: &RepoId, file: &str) -> Option<PathBuf> {
        if !names::stays_below(file) {
            return None;
        }
        Some(self.pointer(repo, &self.commit(repo)?, file)).filter(|path| path.is_file())
    }

    /// The files of the revision that are here.
    pub(super) fn listing(&self, repo: &RepoId) -> Option<Listing> {
        let commit = self.commit(repo)?;
        let mut files = Vec::new();
        walk(&self.layout.repo(named(repo)).pointer_path(&commit), "", &mut files);
        files.sort();
        (!files.is_empty()).then_some(Listing { commit, files })
    }

    /// Makes `file` of a commit the content named `etag`: a link, or a copy where there are no links.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn place(&self, repo: &RepoId, commit: &str, file: &str, etag: &str) -> Result<PathBuf> {
        let pointer = self.pointer(repo, commit, file);
        if pointer.is_file() {
            return Ok(pointer);
        }
        let dir = pointer.parent().unwrap_or(&self.root);
        fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
        // Up from the file's folders, from the commit and from `snapshots`.
        let mut target: PathBuf = std::iter::repeat_n("..", file.matches('/').count() + 2).collect();
        target.extend(["blobs", etag]);
        swap(&pointer, |temporary| link(&target, temporary))
            .or_else(|_| swap(&pointer, |temporary| fs::copy(self.blob(repo, etag), temporary).map(|_| ())))
            .map_err(|e| Error::io(&pointer, e))?;
        Ok(pointer)
    }

    /// Keeps what commit the revision stands for.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn remember(&self, repo: &RepoId, commit: &str) -> Result<()> {
        if repo.is_pinned() || self.commit(repo).as_deref() == Some(commit) {
            return Ok(());
        }
        write_atomic(&self.reference(repo), commit.as_bytes())
    }

    fn folder(&self, repo: &RepoId) -> PathBuf {
        self.root.join(named(repo).folder_name())
    }

    fn reference(&self, repo: &RepoId) -> PathBuf {
        self.folder(repo).join("refs").join(repo.revision())
    }
}

fn named(repo: &RepoId) -> Repo {
    let kind = match repo.kind() {
        Kind::Model => RepoType::Model,
        Kind::Dataset => RepoType::Dataset,
    };
    Repo::with_revision(repo.id().to_owned(), kind, repo.revision().to_owned())
}

/// Puts what `make` makes in the place of `path` at once.
fn swap(path: &Path, make: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let temporary = path.with_file_name(name);
    make(&temporary).and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    })
}

#[cfg(unix)]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(windows)]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, place)
}

#[cfg(not(any(unix, windows)))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn walk(dir: &Path, below: &str, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|n| temporary_of(n).is_none()) else { continue };
        let path = entry.path();
        if path.is_dir() {
            walk(&path, &format!("{below}{name}/"), files);
        } else if path.is_file() {
            files.push(format!("{below}{name}"));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_placed_is_found_by_us_and_by_hf_hub() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path());
        let repo = RepoId::parse(Kind::Dataset, "org/name@refs/pr/1").unwrap();
        let commit = "0123456789".repeat(4);
        let blob = cache.blob(&repo, "abc");
        write_atomic(&blob, b"content").unwrap();
        for file in ["a.json", "deep/er/b.json"] {
            assert_eq!(cache.find(&repo, file), None);
            let placed = cache.place(&repo, &commit, file, "abc").unwrap();
            cache.remember(&repo, &commit).unwrap();
            assert_eq!(fs::read(&placed).unwrap(), b"content");
            assert_eq!(placed.canonicalize().unwrap(), blob.canonicalize().unwrap());
            assert!(fs::read_link(&placed).unwrap().is_relative());
            assert_eq!(cache.find(&repo, file), Some(placed.clone()));
            assert_eq!(cache.layout.repo(named(&repo)).get(file), Some(placed));
        }
        assert_eq!(cache.listing(&repo).unwrap().files, ["a.json", "deep/er/b.json"]);
        assert_eq!(cache.find(&repo, "../0/a.json"), None);
        // Another content of the branch: a link that leads nowhere does not count, and is replaced.
        fs::remove_file(&blob).unwrap();
        assert_eq!(cache.find(&repo, "a.json"), None);
        write_atomic(&cache.blob(&repo, "def"), b"other").unwrap();
        assert_eq!(fs::read(cache.place(&repo, &commit, "a.json", "def").unwrap()).unwrap(), b"other");
        // What somebody else wrote there is no way out of the folder.
        fs::write(cache.reference(&repo), "../../..").unwrap();
        assert_eq!(cache.commit(&repo), None);
    }

    #[test]
    fn a_failed_swap_leaves_nothing_and_a_copy_stands_in() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let none = swap(&path, |t| fs::write(t, b"half").and(Err(io::ErrorKind::Unsupported.into())));
        assert!(none.is_err() && fs::read_dir(dir.path()).unwrap().next().is_none());
        let blob = dir.path().join("blob");
        fs::write(&blob, b"x").unwrap();
        swap(&path, |t| fs::copy(&blob, t).map(|_| ())).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"x");
    }
}
