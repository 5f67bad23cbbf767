//! Where the hub is and how it is asked.

use super::env::Env;
use super::proxy::Proxies;
use super::{trust, url};
use crate::{Error, Result};
use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const HUB: &str = "https://huggingface.co";
const TIMEOUT: Duration = Duration::from_secs(10);
const RETRIES: u32 = 4;
const BACKOFF: Duration = Duration::from_millis(500);

/// Where the hub is and how it is asked.
#[derive(Clone)]
pub struct Settings {
    /// Address of the hub or a mirror, without a slash at its end.
    pub endpoint: String,
    /// Folder of the cache, as Python's `huggingface_hub` lays it out.
    pub cache: PathBuf,
    /// Sent to the hub, never to the hosts that it redirects to.
    pub token: Option<String>,
    /// Nothing is asked; what the cache has is all there is.
    pub offline: bool,
    /// Proxies on the way.
    pub proxies: Proxies,
    /// A PEM bundle of authorities to believe, besides the public ones.
    pub ca: Option<PathBuf>,
    /// The longest wait for a connection, and for an answer that is not a file's content.
    pub metadata_timeout: Duration,
    /// The longest silence within the transfer of a file.
    pub download_timeout: Duration,
    /// How often a request is made again after a passing fault in which it got no further.
    pub retries: u32,
    /// The wait before the first repetition; it doubles.
    pub backoff: Duration,
}

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// As [`Settings::from_lookup`].
    pub fn from_env() -> Result<Self> {
        let unreadable = RefCell::new(None);
        let settings = Self::from_lookup(|name| {
            std::env::var_os(name)?.into_string().map_err(|_| unreadable.replace(Some(name.to_owned()))).ok()
        });
        match unreadable.take() {
            Some(name) => Err(Error::invalid(format!("{name}: is not UTF-8"))),
            None => settings,
        }
    }

    /// Reads the variables that Python's `huggingface_hub` reads (`HF_HOME`, `HF_HUB_CACHE`,
    /// `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`, `HF_HUB_DOWNLOAD_TIMEOUT`, `HF_HUB_ETAG_TIMEOUT`
    /// and their older names) and the usual ones for proxies and certificates, from `lookup`.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the variable whose value cannot be used.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let env = Env::new(&lookup);
        let home = match env.path(&["HF_HOME"])? {
            Some(home) => home,
            None => match env.path(&["XDG_CACHE_HOME"])? {
                Some(caches) => caches.join("huggingface"),
                None => env.home("HF_HOME")?.join(".cache/huggingface"),
            },
        };
        let offline = env.flag(&["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])?;
        Ok(Self {
            endpoint: endpoint(&env)?,
            cache: env.path(&["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"])?.unwrap_or_else(|| home.join("hub")),
            token: token(&env, &home)?,
            offline,
            proxies: Proxies::from_lookup(&env)?,
            ca: certificates(&env, offline)?,
            metadata_timeout: env.seconds("HF_HUB_ETAG_TIMEOUT", TIMEOUT)?,
            download_timeout: env.seconds("HF_HUB_DOWNLOAD_TIMEOUT", TIMEOUT)?,
            retries: RETRIES,
            backoff: BACKOFF,
        })
    }
}

impl fmt::Debug for Settings {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Settings");
        out.field("endpoint", &self.endpoint).field("cache", &self.cache).field("token", &self.token.is_some());
        out.field("offline", &self.offline).field("proxies", &self.proxies).field("ca", &self.ca);
        out.finish_non_exhaustive()
    }
}

/// Whether an address can be a hub's, and how it is written then.
///
/// # Errors
/// What is wrong with it.
pub(super) fn checked_endpoint(address: &str) -> Result<String, &'static str> {
    let address = address.trim_end_matches('/');
    if url::origin(address).is_none() {
        Err("is no address; give https://host or http://host:port")
    } else if address.contains('@') {
        Err("holds a user name; a token goes into HF_TOKEN")
    } else if address.contains(['?', '#']) {
        Err("holds '?' or '#'; give the address that `/api` is below")
    } else {
        Ok(address.to_owned())
    }
}

fn endpoint(env: &Env<'_>) -> Result<String> {
    let Some((name, value)) = env.first(&["HF_ENDPOINT"]) else { return Ok(HUB.to_owned()) };
    checked_endpoint(&value).map_err(|fault| {
        // A password must not reach a log.
        let shown = if value.contains('@') { "the value" } else { &value };
        Error::invalid(format!("{name}: {shown} {fault}"))
    })
}

fn token(env: &Env<'_>, home: &Path) -> Result<Option<String>> {
    let (name, text) = match env.first(&["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) {
        Some((name, text)) => (name.to_owned(), text),
        None => {
            let path = env.path(&["HF_TOKEN_PATH"])?.unwrap_or_else(|| home.join("token"));
            match std::fs::read_to_string(&path) {
                Ok(text) => (path.display().to_string(), text),
                Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                    return Ok(None);
                }
                Err(e) => return Err(Error::invalid(format!("HF_TOKEN_PATH: {}: {e}", path.display()))),
            }
        }
    };
    let token: String = text.trim().to_owned();
    if !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::invalid(format!("{name}: is no token; it is one word of letters, digits and '_'")));
    }
    Ok(Some(token).filter(|t| !t.is_empty()))
}

fn certificates(env: &Env<'_>, offline: bool) -> Result<Option<PathBuf>> {
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        if let Some(path) = env.path(&[name])? {
            // Read again by the hub; here the variable can still be named.
            if !offline {
                trust::bundle(&path, name)?;
            }
            return Ok(Some(path));
        }
    }
    Ok(None)
}
