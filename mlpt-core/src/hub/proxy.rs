//! Which requests go through a proxy.

use super::env::Env;
use crate::{Error, Result};
use std::fmt;
use ureq::{Proxy, ProxyProtocol};

/// Proxies by the scheme of the address asked for, and the hosts that are asked directly.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http://` addresses: `http://[user:password@]host:port`.
    pub http: Option<String>,
    /// For `https://` addresses.
    pub https: Option<String>,
    /// Hosts asked directly: `host`, `.domain`, either with `:port`, or `*` for all.
    pub direct: Vec<String>,
}

impl Proxies {
    /// Reads `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; small letters go first.
    ///
    /// # Errors
    /// That names the variable whose value is no proxy.
    pub(super) fn from_lookup(env: &Env<'_>) -> Result<Self> {
        let chosen = |names: &[&'static str]| match env.first(names) {
            Some((name, value)) => read(&value, name).map(|_| Some(value)),
            None => Ok(None),
        };
        let direct = env.first(&["no_proxy", "NO_PROXY"]).map_or_else(Vec::new, |(_, list)| {
            list.split([',', ' ']).map(str::trim).filter(|e| !e.is_empty()).map(str::to_owned).collect()
        });
        Ok(Self {
            http: chosen(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])?,
            https: chosen(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
            direct,
        })
    }

    /// Whether `host` (with `port`) is asked directly.
    fn is_direct(&self, host: &str, port: u16) -> bool {
        let host = host.to_ascii_lowercase();
        self.direct.iter().any(|entry| {
            let entry = entry.to_ascii_lowercase();
            // A colon with digits after it is a port; in an IPv6 address it is not the only one.
            let (name, its_port) = match entry.rsplit_once(':') {
                Some((name, digits)) if !name.contains(':') || name.ends_with(']') => (name, digits.parse().ok()),
                _ => (entry.as_str(), None),
            };
            let name = name.trim_start_matches('*').trim_start_matches('.');
            let same = entry == "*" || host == name || host.strip_suffix(name).is_some_and(|h| h.ends_with('.'));
            same && (entry == "*" || !name.is_empty()) && its_port.is_none_or(|p: u16| p == port)
        })
    }
}

impl fmt::Debug for Proxies {
    /// Without the addresses: passwords may stand in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (http, https) = (self.http.is_some(), self.https.is_some());
        f.debug_struct("Proxies").field("http", &http).field("https", &https).field("direct", &self.direct).finish()
    }
}

/// [`Proxies`], read.
pub(super) struct Routes {
    given: Proxies,
    http: Option<Proxy>,
    https: Option<Proxy>,
}

impl Routes {
    pub(super) fn new(given: &Proxies) -> Result<Self> {
        let read = |value: &Option<String>, name| value.as_deref().map(|v| read(v, name)).transpose();
        Ok(Self {
            given: given.clone(),
            http: read(&given.http, "proxies.http")?,
            https: read(&given.https, "proxies.https")?,
        })
    }

    /// The proxy for `url`.
    pub(super) fn route(&self, url: &str) -> Option<Proxy> {
        let uri: ureq::http::Uri = url.parse().ok()?;
        let secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let proxy = if secure { &self.https } else { &self.http };
        proxy.clone().filter(|_| !self.given.is_direct(uri.host().unwrap_or_default(), port))
    }
}

fn read(value: &str, name: &str) -> Result<Proxy> {
    let known = |p: &Proxy| matches!(p.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    // The value is not shown: a password may stand in it.
    Proxy::new(value).ok().filter(known).ok_or_else(|| {
        Error::invalid(format!("{name}: is no proxy that can be used; give http://host:port (there is no SOCKS)"))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_are_asked_directly() {
        let direct = |list: &[&str], host: &str, port| {
            Proxies { direct: list.iter().map(|s| (*s).to_owned()).collect(), ..Proxies::default() }
                .is_direct(host, port)
        };
        for (entry, host) in [
            ("example.com", "example.com"),
            ("example.com", "hub.Example.com"),
            (".example.com", "hub.example.com"),
            ("*.example.com", "hub.example.com"),
            ("*", "anything"),
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1:80", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
        ] {
            assert!(direct(&["other", entry], host, 80), "{entry} {host}");
        }
        for (entry, host) in
            [("example.com", "badexample.com"), ("example.com:81", "example.com"), (".", "a.b"), ("", "a"), ("a", "b")]
        {
            assert!(!direct(&[entry], host, 80), "{entry} {host}");
        }
    }

    #[test]
    fn the_proxy_hangs_on_the_scheme() {
        let given = Proxies { https: Some("http://user:secret@p:1".to_owned()), ..Proxies::default() };
        assert!(!format!("{given:?}").contains("secret"));
        let routes = Routes::new(&given).unwrap();
        assert!(routes.route("http://a/").is_none());
        assert_eq!(routes.route("https://a/").unwrap().port(), 1);
        for bad in ["socks5://secret:1", "not a proxy"] {
            let given = Proxies { http: Some(bad.to_owned()), ..Proxies::default() };
            let message = Routes::new(&given).map(|_| ()).unwrap_err().to_string();
            assert!(message.contains("proxies.http") && !message.contains(bad), "{message}");
        }
    }
}
