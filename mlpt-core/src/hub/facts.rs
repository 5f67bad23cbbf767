//! What the hub says of a file without sending it.

use super::answer::{Subject, refused};
use super::fault::{Fault, Kind};
use super::names;
use super::repo::is_commit;
use super::url::{origin, shown};
use super::wire::{HOPS, Method, Reply, Wire};
use std::time::Duration;

/// Which content a name stands for at the moment.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) commit: String,
    /// Names the content: a SHA-256 for large files, a git blob's SHA-1 for others.
    pub(super) etag: String,
    /// In bytes.
    pub(super) size: Option<u64>,
}

/// Asks for the headers of `url`. Redirects are followed within the hub only (repositories that have
/// another name now), and no further than needed: hosts of large files do not know the commit.
pub(super) fn ask(wire: &Wire, url: &str, wait: Duration, subject: Subject<'_>) -> Result<Facts, Fault> {
    let mut place = url.to_owned();
    let mut seen = Seen::default();
    for _ in 0..=HOPS {
        let reply = wire.ask(Method::Head, &place, 0, wait)?;
        let next = reply.redirect()?;
        if next.is_none() && reply.status() != 200 {
            return Err(refused(wire, &reply, subject));
        }
        seen.add(&reply, next.is_none());
        match next {
            Some(next) if !seen.is_enough() && origin(&next) == origin(&place) => place = next,
            _ => return seen.facts(url),
        }
    }
    Err(Fault::new(Kind::Final, format!("{}: more than {HOPS} redirects; see to HF_ENDPOINT", shown(url))))
}

/// The headers of the answers so far.
#[derive(Default)]
struct Seen {
    commit: Option<String>,
    linked: Option<String>,
    etag: Option<String>,
    size: Option<u64>,
}

impl Seen {
    fn add(&mut self, reply: &Reply, last: bool) {
        let word = |name| reply.header(name).map(str::to_owned);
        self.commit = self.commit.take().or_else(|| word("x-repo-commit"));
        self.linked = self.linked.take().or_else(|| word("x-linked-etag"));
        self.etag = word("etag").or(self.etag.take());
        // The length of a redirect is not the file's.
        let length = reply.number("content-length").filter(|_| last);
        self.size = self.size.or_else(|| reply.number("x-linked-size")).or(length);
    }

    fn is_enough(&self) -> bool {
        self.commit.is_some() && self.linked.is_some()
    }

    fn facts(self, url: &str) -> Result<Facts, Fault> {
        let fault = |what: &str| {
            let cure = "is HF_ENDPOINT a model hub, or does a proxy drop headers?";
            Fault::new(Kind::Final, format!("{}: {what}; {cure}", shown(url)))
        };
        let commit = self.commit.filter(|c| is_commit(c)).ok_or_else(|| fault("no commit in the answer"))?;
        let etag = self.linked.or(self.etag).map(|etag| bare(&etag).to_owned());
        let etag = etag.ok_or_else(|| fault("no ETag in the answer"))?;
        if !names::is_plain(&etag) {
            return Err(fault(&format!("the ETag {etag:?} cannot be the name of a file")));
        }
        Ok(Facts { commit, etag, size: self.size })
    }
}

/// An ETag without its mark of weakness and its quotes.
fn bare(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_weakness_are_left_out() {
        for etag in ["abc", "\"abc\"", "W/\"abc\""] {
            assert_eq!(bare(etag), "abc");
        }
    }
}
