//! Shared helpers of the end-to-end tests, and the comparisons that `docs/parity.md` lists.

pub mod parity;
