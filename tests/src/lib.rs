//! Shared helpers of the end-to-end tests, and the comparisons that `docs/parity.md` lists.

pub mod hub_server;
pub mod parity;
