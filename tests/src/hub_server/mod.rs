//! A model hub on loopback, for tests: repositories from folders, and faults on demand.

mod base;
mod http;
mod reply;
mod repos;
mod rules;

pub use base::HubServer;
pub use http::Request;
pub use repos::Kind;
pub use rules::{Act, Rule};
