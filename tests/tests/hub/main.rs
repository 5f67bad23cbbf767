//! The client of the model hub against a hub on loopback: what it brings, what it keeps, what it says
//! when something goes wrong.
#![allow(clippy::unwrap_used)]

mod cached;
mod download;
mod environment;
mod network;
mod real;
mod refusals;
mod resume;
mod world;
