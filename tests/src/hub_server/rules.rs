//! What the server is told to do wrong.

use super::http::{Request, decoded};
use std::time::Duration;

/// What happens instead of, or to, an answer.
#[derive(Clone, Debug)]
pub enum Act {
    /// A status with further headers and no content.
    Status(u16, Vec<(&'static str, String)>),
    /// The connection closes before any answer.
    Drop,
    /// The connection closes at this byte of the file.
    CutAt(usize),
    /// Nothing is sent from this byte of the file on, until the server goes down.
    StallAt(usize),
    /// No answer for this long, then the right one.
    Late(Duration),
    /// The first byte sent is another one.
    Wrong,
    /// Ranges are not understood: the whole file is sent.
    NoRanges,
    /// [`Act::NoRanges`] and [`Act::CutAt`] at once.
    CutWithoutRanges(usize),
    /// This text with the status 200, whatever was asked for.
    Text(String),
}

/// An [`Act`] for the requests that fit.
#[derive(Clone, Debug)]
pub struct Rule {
    method: Option<&'static str>,
    part: String,
    left: usize,
    act: Act,
}

impl Rule {
    /// For every request whose path has `part` in it.
    pub fn new(part: &str, act: Act) -> Self {
        Self { method: None, part: part.to_owned(), left: usize::MAX, act }
    }

    /// For requests of one method only.
    pub fn method(self, method: &'static str) -> Self {
        Self { method: Some(method), ..self }
    }

    /// For the first `n` requests that fit only.
    pub fn times(self, n: usize) -> Self {
        Self { left: n, ..self }
    }
}

/// The act for a request: the first rule that fits counts, and is used up by one.
pub(super) fn act_for(rules: &mut [Rule], request: &Request) -> Option<Act> {
    let path = decoded(&request.path);
    let fits = |r: &&mut Rule| r.left > 0 && path.contains(&r.part) && r.method.is_none_or(|m| m == request.method);
    let rule = rules.iter_mut().find(fits)?;
    rule.left = rule.left.saturating_sub(1);
    Some(rule.act.clone())
}
