//! The client of a model hub (huggingface.co or a mirror): listing and downloading the files of
//! repositories into the cache that Python's `huggingface_hub` and `hf-hub` share.
//!
//! `hf-hub` gives the names of the cache's folders. The requests are our own, for what it lacks:
//! working offline, time-outs, proxies, further trust roots, resumed parts and digests.

mod answer;
mod cache;
mod client;
mod digest;
mod env;
mod facts;
mod fault;
mod listing;
mod lock;
mod names;
mod progress;
mod proxy;
mod repo;
mod retry;
mod settings;
mod transfer;
mod trust;
mod url;
mod wire;

pub use client::Hub;
pub(crate) use env::Env;
pub use listing::Listing;
pub use progress::{Progress, Silent};
pub use proxy::Proxies;
pub use repo::{Kind, RepoId};
pub use settings::Settings;
