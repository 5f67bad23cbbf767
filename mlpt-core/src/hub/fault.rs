//! What goes wrong between here and the hub, and what to do about it.

use super::url::shown;
use crate::Error;
use std::io::ErrorKind;
use std::time::Duration;

/// What is of use whenever the hub cannot be reached.
const WAYS: &str = "HF_ENDPOINT names a mirror, HTTPS_PROXY a proxy; HF_HUB_OFFLINE=1 uses the cache alone, \
                    a local folder needs no hub";

/// Whether it is of use to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No: the hub has answered, or the fault is on this side.
    Final,
    /// No, and the hub cannot be reached.
    Blocked,
    /// Yes, after the wait that the server asked for, if it did.
    Passing(Option<Duration>),
}

/// An error with what follows from it.
#[derive(Debug)]
pub(super) struct Fault {
    /// Boxed, so that results stay small.
    pub(super) error: Box<Error>,
    pub(super) kind: Kind,
    /// Whether the transfer got further than before.
    pub(super) advanced: bool,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { error: Box::new(error), kind: Kind::Final, advanced: false }
    }
}

impl Fault {
    pub(super) fn new(kind: Kind, message: String) -> Self {
        Self { kind, ..Error::invalid(message).into() }
    }

    /// Whether the hub did not answer as it should, so that the cache may stand in.
    pub(super) fn is_unreachable(&self) -> bool {
        self.kind != Kind::Final
    }

    /// What stopped a request to `url`, `during` says where.
    pub(super) fn network(url: &str, during: &str, error: &ureq::Error) -> Self {
        let url = shown(url);
        let (kind, cure) = if is_timeout(error) {
            let cure = "HF_HUB_DOWNLOAD_TIMEOUT and HF_HUB_ETAG_TIMEOUT give it more seconds";
            (Kind::Passing(None), format!("{cure}; {WAYS}"))
        } else if is_certificate(error) {
            let cure = "SSL_CERT_FILE names a PEM file with the authority of your proxy or mirror";
            (Kind::Blocked, format!("{cure}; {WAYS}"))
        } else {
            (kind_of(error), WAYS.to_owned())
        };
        Self::new(kind, format!("{url}: {during} ({}); {cure}", plain(error)))
    }
}

/// Whether the server's certificate was not believed.
pub(super) fn is_certificate(error: &ureq::Error) -> bool {
    let tls = matches!(error, ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::Io(_));
    tls && error.to_string().contains("certificate")
}

fn is_timeout(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Timeout(_) => true,
        ureq::Error::Io(e) => matches!(e.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock),
        _ => false,
    }
}

fn kind_of(error: &ureq::Error) -> Kind {
    match error {
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::TlsRequired => Kind::Blocked,
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::HostNotFound => Kind::Blocked,
        // No name service: the usual sign of a machine without a network, where waiting is of no use.
        ureq::Error::Io(e) if e.to_string().contains("lookup address") => Kind::Blocked,
        // How a faulty TLS message comes through.
        ureq::Error::Io(e) if e.kind() == ErrorKind::InvalidData => Kind::Blocked,
        ureq::Error::Http(_) | ureq::Error::BadUri(_) | ureq::Error::InvalidProxyUrl => Kind::Final,
        _ => Kind::Passing(None),
    }
}

/// The cause, without the words that mark its class.
fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer within the time-out".to_owned(),
        ureq::Error::Io(e) => e.to_string(),
        other => other.to_string(),
    }
}
