//! What a repository holds.

use super::answer::{Subject, refused};
use super::fault::{Fault, Kind};
use super::names;
use super::repo::is_commit;
use super::url::shown;
use super::wire::Wire;
use serde::Deserialize;
use std::time::Duration;

/// The longest listing that is read, in bytes.
const LONGEST: u64 = 256 << 20;

/// The files of a repository at a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The commit that the revision stands for, 40 hexadecimal digits.
    pub commit: String,
    /// Names with `/` between folders, sorted.
    pub files: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
}

/// Asks the hub for the listing at `url`.
pub(super) fn ask(wire: &Wire, url: &str, wait: Duration, subject: Subject<'_>) -> Result<Listing, Fault> {
    let mut reply = wire.get(url, 0, wait)?;
    if reply.status() != 200 {
        return Err(refused(wire, &reply, subject));
    }
    let body = reply.response.body_mut().with_config().limit(LONGEST).lossy_utf8(true).read_to_string();
    let text = body.map_err(|e| Fault::network(url, "the answer broke off", &e))?;
    let fault = |e: String| {
        Fault::new(Kind::Final, format!("{}: is no listing of a model hub ({e}); see to HF_ENDPOINT", shown(url)))
    };
    let answer: Answer = serde_json::from_str(&text).map_err(|e| fault(e.to_string()))?;
    if !is_commit(&answer.sha) {
        return Err(fault("its `sha` is no commit".to_owned()));
    }
    let mut files: Vec<String> = answer.siblings.into_iter().map(|s| s.rfilename).collect();
    for file in &files {
        names::check(file, shown(url))?;
    }
    files.sort();
    Ok(Listing { commit: answer.sha, files })
}
