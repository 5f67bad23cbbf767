//! The server: its thread, what it is told, what it has seen.

use super::http::{Connection, Request};
use super::repos::{Kind, Repo};
use super::rules::Rule;
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What the threads share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) address: String,
    pub(super) stop: AtomicBool,
    connections: AtomicUsize,
    log: Mutex<Vec<Request>>,
    pub(super) told: Mutex<Told>,
}

/// What the test has told the server.
#[derive(Default)]
pub(super) struct Told {
    pub(super) repos: BTreeMap<(Kind, String), Repo>,
    /// Branches beside `main`, by repository: name and content.
    pub(super) branches: BTreeMap<(Kind, String), (String, Repo)>,
    pub(super) rules: Vec<Rule>,
    pub(super) token: Option<String>,
    /// Old name of a repository and its name now.
    pub(super) renamed: BTreeMap<String, String>,
    /// Where large files are, if not here.
    pub(super) elsewhere: Option<String>,
}

/// A hub on a free port of loopback. It goes down when it is dropped.
///
/// Large files (by their ending: weights, archives) are answered with a redirect to `/cdn/`, on this
/// server or on the one of [`HubServer::large_files_at`]. A `CONNECT` to any host is a tunnel to this
/// server, so that it can play the proxy as well.
pub struct HubServer {
    shared: Arc<Shared>,
    at: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl HubServer {
    /// Starts a hub without repositories.
    ///
    /// # Errors
    /// Where no port can be opened.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let at = listener.local_addr()?;
        let shared = Arc::new(Shared { address: format!("http://{at}"), ..Shared::default() });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || accept(&listener, &theirs));
        Ok(Self { shared, at, thread: Some(thread) })
    }

    /// What `HF_ENDPOINT` is to be: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.shared.address.clone()
    }

    /// Gives the files below `dir`, as they are now, as the repository `id` at the branch `main` and
    /// at a commit that hangs on their content. Returns the commit.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn repo(&self, kind: Kind, id: &str, dir: &Path) -> io::Result<String> {
        let repo = Repo::read(dir)?;
        let commit = repo.commit.clone();
        self.told().repos.insert((kind, id.to_owned()), repo);
        Ok(commit)
    }

    /// Gives the files below `dir` as another branch of a repository; the latest one stays.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn branch(&self, kind: Kind, id: &str, name: &str, dir: &Path) -> io::Result<()> {
        self.told().branches.insert((kind, id.to_owned()), (name.to_owned(), Repo::read(dir)?));
        Ok(())
    }

    /// Adds a name to the listing of a repository that has no such file.
    pub fn list_also(&self, kind: Kind, id: &str, name: &str) {
        if let Some(repo) = self.told().repos.get_mut(&(kind, id.to_owned())) {
            repo.listed_only.push(name.to_owned());
        }
    }

    /// Answers requests for the repository `old` with a relative redirect to `new`.
    pub fn rename(&self, old: &str, new: &str) {
        self.told().renamed.insert(old.to_owned(), new.to_owned());
    }

    /// From now on only requests with this token are answered.
    pub fn require_token(&self, token: &str) {
        self.told().token = Some(token.to_owned());
    }

    /// From now on large files are at another server, which must know the same repositories.
    pub fn large_files_at(&self, other: &Self) {
        self.told().elsewhere = Some(other.url());
    }

    /// Adds a rule; earlier ones go first.
    pub fn rule(&self, rule: Rule) {
        self.told().rules.push(rule);
    }

    /// Takes all rules back.
    pub fn clear_rules(&self) {
        self.told().rules.clear();
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Every request so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        held(&self.shared.log).clone()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        held(&self.shared.told)
    }
}

impl Drop for HubServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(self.at));
        if let Some(thread) = self.thread.take() {
            // A panic of it has failed the test already.
            let _ = thread.join();
        }
    }
}

impl Shared {
    pub(super) fn note(&self, request: &Request) {
        held(&self.log).push(request.clone());
    }
}

/// What a mutex guards, also where a thread died with it: tests want the first failure.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            break;
        }
        let Ok(stream) = stream else { continue };
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(shared);
        threads.push(std::thread::spawn(move || {
            // A client that hangs up is no fault of the server.
            let _ = Connection::new(stream, &shared.stop).map(|mut c| while super::reply::serve(&mut c, &shared) {});
        }));
    }
    for thread in threads {
        let _ = thread.join();
    }
}
