//! The little that is needed of addresses.

use std::fmt::Write;
use ureq::http::Uri;

/// Percent-encodes what must not stand in a part of a path; `/` is kept where `slash` says so.
pub(super) fn encode(text: &str, slash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (slash && byte == b'/') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Scheme, host and port of an address: whom one talks to. `None` where it is none of http(s).
pub(super) fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let standard = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let host = uri.host().filter(|h| !h.is_empty())?.to_ascii_lowercase();
    Some(format!("{scheme}://{host}:{}", uri.port_u16().unwrap_or(standard)))
}

/// Where a redirect from `base` to `location` leads; `None` where that is no http(s) address.
pub(super) fn join(base: &str, location: &str) -> Option<String> {
    let location = location.split('#').next()?.trim();
    let (scheme, rest) = base.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let before_path = location.split(['/', '?']).next()?;
    let joined = if before_path.contains(':') {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let path = rest.get(authority.len()..)?.split('?').next()?;
        let folder = path.rfind('/').and_then(|i| path.get(..=i)).unwrap_or("/");
        format!("{scheme}://{authority}{folder}{location}")
    };
    origin(&joined).map(|_| joined)
}

/// An address as messages show it: without the query, in which signatures stand.
pub(super) fn shown(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_and_joined() {
        assert_eq!(encode("a b/c#ü", true), "a%20b/c%23%C3%BC");
        assert_eq!(encode("refs/pr/1", false), "refs%2Fpr%2F1");
        assert_eq!(origin("HTTPS://Hub.Example/x?y").as_deref(), Some("https://hub.example:443"));
        assert_eq!(origin("http://h:80/"), origin("http://h/a"));
        assert_ne!(origin("http://h/"), origin("https://h/"));
        assert_ne!(origin("http://h:1/"), origin("http://h:2/"));
        for none in ["", "/a", "ftp://h/", "http://", "h/a"] {
            assert_eq!(origin(none), None, "{none}");
        }
        let base = "https://h:8/a/b?q=/z";
        let all = [
            ("/c", Some("https://h:8/c")),
            ("c?d", Some("https://h:8/a/c?d")),
            ("//g/c#f", Some("https://g/c")),
            ("http://g/c:d", Some("http://g/c:d")),
            ("file:///etc/passwd", None),
            ("http://", None),
        ];
        for (location, want) in all {
            assert_eq!(join(base, location).as_deref(), want, "{location}");
        }
        assert_eq!(shown("http://h/a?secret=1"), "http://h/a");
    }
}
