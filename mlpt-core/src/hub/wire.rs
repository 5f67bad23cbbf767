//! Single requests: agent, proxy, certificates, token, redirects.

use super::fault::{Fault, Kind, is_certificate};
use super::proxy::Routes;
use super::url::{self, shown};
use super::{Settings, trust};
use crate::Result;
use std::time::Duration;
use ureq::http::Response;
use ureq::{Agent, Body};

const NAME: &str = concat!("mlpt/", env!("CARGO_PKG_VERSION"));
/// The longest chain of redirects that is followed.
pub(super) const HOPS: usize = 10;

/// How a request asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Head,
    Get,
}

/// Makes requests as the settings say. Opens no connection before the first one.
pub(super) struct Wire {
    /// One for each way to check a server's certificate.
    agents: Vec<Agent>,
    routes: Routes,
    /// The only place to which the token goes.
    home: Option<String>,
    token: Option<String>,
    connect: Duration,
}

impl Wire {
    /// # Errors
    /// Where proxies or trust roots cannot be used.
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        // Offline, a bundle that is missing harms nobody.
        let ca = settings.ca.as_deref().filter(|_| !settings.offline);
        let agents = trust::ways(ca)?.into_iter().map(|tls| {
            let config = Agent::config_builder().tls_config(tls).user_agent(NAME);
            // Redirects are followed here, so that each hop has its own proxy and no hop a token too many.
            Agent::new_with_config(config.http_status_as_error(false).max_redirects(0).proxy(None).build())
        });
        Ok(Self {
            agents: agents.collect(),
            routes: Routes::new(&settings.proxies)?,
            home: url::origin(&settings.endpoint),
            token: settings.token.clone(),
            connect: settings.metadata_timeout,
        })
    }

    /// Whether `url` is the hub's own, not a host's that it leads to.
    pub(super) fn is_home(&self, url: &str) -> bool {
        self.home.is_some() && url::origin(url) == self.home
    }

    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// One request, with no redirect followed. `from` asks for the bytes from there on; `silence` is
    /// the longest wait for the answer and for each further part of it.
    ///
    /// # Errors
    /// Where there is no answer; any status is one.
    pub(super) fn ask(&self, method: Method, url: &str, from: u64, silence: Duration) -> Result<Reply, Fault> {
        let mut last = None;
        for agent in &self.agents {
            match self.ask_with(agent, method, url, from, silence) {
                Ok(response) => return Ok(Reply { url: url.to_owned(), response }),
                Err(error) => {
                    let other_roots = is_certificate(&error);
                    last.get_or_insert(error);
                    if !other_roots {
                        break;
                    }
                }
            }
        }
        let error = last.unwrap_or(ureq::Error::ConnectionFailed);
        Err(Fault::network(url, "cannot be reached", &error))
    }

    fn ask_with(
        &self,
        agent: &Agent,
        method: Method,
        url: &str,
        from: u64,
        silence: Duration,
    ) -> Result<Response<Body>, ureq::Error> {
        let request = if method == Method::Head { agent.head(url) } else { agent.get(url) };
        let limits = request.config().proxy(self.routes.route(url)).timeout_resolve(Some(self.connect));
        let limits = limits.timeout_connect(Some(self.connect)).timeout_per_write(Some(self.connect));
        let limits = limits.timeout_recv_response(Some(silence)).timeout_per_read(Some(silence));
        // Sizes and ranges are of the file itself.
        let mut request = limits.build().header("accept-encoding", "identity");
        if let Some(token) = self.token.as_ref().filter(|_| self.is_home(url)) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if from > 0 {
            request = request.header("range", format!("bytes={from}-"));
        }
        request.call()
    }

    /// A GET that follows redirects to any host.
    ///
    /// # Errors
    /// Where there is no answer, or a redirect leads nowhere.
    pub(super) fn get(&self, url: &str, from: u64, silence: Duration) -> Result<Reply, Fault> {
        let mut place = url.to_owned();
        for _ in 0..=HOPS {
            let reply = self.ask(Method::Get, &place, from, silence)?;
            match reply.redirect()? {
                Some(next) => place = next,
                None => return Ok(reply),
            }
        }
        Err(Fault::new(Kind::Final, format!("{}: more than {HOPS} redirects; see to HF_ENDPOINT", shown(url))))
    }
}

/// An answer, whatever its status.
pub(super) struct Reply {
    pub(super) url: String,
    pub(super) response: Response<Body>,
}

impl Reply {
    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok().map(str::trim).filter(|v| !v.is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }

    /// Where a redirect leads.
    ///
    /// # Errors
    /// Where it leads to no http(s) address.
    pub(super) fn redirect(&self) -> Result<Option<String>, Fault> {
        if !matches!(self.status(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let next = self.header("location").and_then(|location| url::join(&self.url, location));
        next.map(Some).ok_or_else(|| {
            Fault::new(Kind::Final, format!("{}: a redirect that leads to no address", shown(&self.url)))
        })
    }
}
