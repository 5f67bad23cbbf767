//! Whose certificates are believed.

use crate::{Error, Result};
use std::path::Path;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// What `--help` and messages call the variable.
const CURE: &str = "SSL_CERT_FILE names a PEM file with certificates of authorities";

/// The certificates of a PEM bundle; `name` is what the message begins with.
///
/// # Errors
/// [`Error::Invalid`] where the file cannot be read or holds no certificate.
pub(super) fn bundle(path: &Path, name: &str) -> Result<Vec<Certificate<'static>>> {
    let fault = |what: String| Error::invalid(format!("{name}: {}: {what}; {CURE}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| fault(e.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(e) => return Err(fault(format!("is no PEM file ({e})"))),
        }
    }
    if found.is_empty() {
        return Err(fault("holds no certificate in PEM form".to_owned()));
    }
    Ok(found)
}

/// The ways to check a server, in the order in which they are tried: the bundle, then the public
/// authorities that are built in. A server is believed where one of them believes it.
///
/// # Errors
/// As [`bundle`].
pub(super) fn ways(ca: Option<&Path>) -> Result<Vec<TlsConfig>> {
    let mut ways = Vec::new();
    if let Some(path) = ca {
        let roots = RootCerts::new_with_certs(&bundle(path, "trust roots")?);
        ways.push(TlsConfig::builder().root_certs(roots).build());
    }
    ways.push(TlsConfig::builder().root_certs(RootCerts::WebPki).build());
    Ok(ways)
}
