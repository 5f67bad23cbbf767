//! What an answer that is no success means.

use super::fault::{Fault, Kind};
use super::repo::RepoId;
use super::url::shown;
use super::wire::{Reply, Wire};
use std::time::Duration;

/// The longest part of a server's own words that a message repeats, in characters.
const WORDS: usize = 300;

/// What was asked for.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    /// Address of the hub.
    pub(super) endpoint: &'a str,
    pub(super) repo: &'a RepoId,
    pub(super) file: Option<&'a str>,
}

/// The fault that the answer is.
pub(super) fn refused(wire: &Wire, reply: &Reply, subject: Subject<'_>) -> Fault {
    let Subject { endpoint, repo, .. } = subject;
    let status = reply.status();
    let (kind, what) = match status {
        // A host that the hub led to: its signed address is too old.
        401 | 403 if !wire.is_home(&reply.url) => {
            (Kind::Passing(None), format!("access was refused ({status}) by the host that the hub led to"))
        }
        401 | 403 => {
            let page = format!("{endpoint}/{}", repo.page());
            let cure = if wire.has_token() {
                format!("the token in HF_TOKEN is not valid or has no access; ask for access at {page}")
            } else {
                format!("set HF_TOKEN to a token with access (for a gated one, ask for access at {page})")
            };
            (Kind::Final, format!("{repo} is private or gated, or does not exist ({status}): {cure}"))
        }
        404 => (Kind::Final, missing(reply, subject)),
        407 => (Kind::Blocked, "the proxy wants a password (407): HTTPS_PROXY=http://user:password@host:port".into()),
        429 => {
            let cure = "the hub asks for fewer requests (429); wait, or set HF_TOKEN for a higher limit";
            (Kind::Passing(asked_wait(reply)), cure.to_owned())
        }
        408 | 500..=599 => {
            let cure = "try again later, or set HF_ENDPOINT to a mirror; HF_HUB_OFFLINE=1 uses the cache alone";
            (Kind::Passing(asked_wait(reply)), format!("the hub is out of order ({status}); {cure}"))
        }
        _ => (Kind::Final, format!("an answer that makes no sense here ({status}); is HF_ENDPOINT a hub?")),
    };
    Fault::new(kind, format!("{}: {what}{}", shown(&reply.url), own_words(reply)))
}

fn missing(reply: &Reply, subject: Subject<'_>) -> String {
    let Subject { endpoint, repo, file } = subject;
    let (id, revision) = (repo.id(), repo.revision());
    match (reply.header("x-error-code"), file) {
        (Some("RepoNotFound"), _) => {
            format!("there is no repository {id} (404); check its name, or set HF_TOKEN if it is private")
        }
        (Some("RevisionNotFound"), _) => {
            format!("{id} has no revision '{revision}' (404); its branches are listed at {endpoint}/{}", repo.page())
        }
        (Some("EntryNotFound"), Some(file)) => format!("{repo} has no file '{file}' (404)"),
        (_, Some(file)) => {
            format!("not found (404): the repository {id}, its revision '{revision}' or its file '{file}'")
        }
        (_, None) => {
            format!("not found (404): the repository {id} or its revision '{revision}'; is HF_ENDPOINT a hub?")
        }
    }
}

/// `Retry-After`, where it is a number of seconds.
fn asked_wait(reply: &Reply) -> Option<Duration> {
    reply.number("retry-after").map(Duration::from_secs)
}

fn own_words(reply: &Reply) -> String {
    let words: String = reply.header("x-error-message").unwrap_or_default().chars().take(WORDS).collect();
    if words.is_empty() { words } else { format!(" (the hub says: {words})") }
}
