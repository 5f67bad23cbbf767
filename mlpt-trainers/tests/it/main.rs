//! The trainers on a small random CLIP and rendered noise: all in memory, no file, no network.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod common;
mod coop;
mod gradients;
mod literal;
mod mechanisms;
mod memory;
mod method;
mod rmaple;
mod selectors;
mod settings;
mod single;
mod stranger;
mod unlike;
