//! The framework of MLPT: everything that prompt tuning of CLIP under label noise needs, and no
//! method or data set by name.
//!
//! Floors, each of which knows only those below it:
//!
//! | floor | modules |
//! |---|---|
//! | 0 | [`error`], [`rng`], [`registry`] |
//! | 1 | [`config`], [`tensor`], [`files`], [`weights`], [`hub`], [`sweep`] |
//! | 2 | [`clip`], [`data`], [`optim`], [`loss`], [`mixture`], [`select`], [`metric`] |
//! | 3 | [`estimate`], [`features`], [`prompt`], [`checkpoint`], [`event`] |
//! | 4 | [`engine`], [`pretrain`], [`registries`] |
//! | 5 | [`results`] |
//! | 6 | [`report`] |

pub mod checkpoint;
pub mod clip;
pub mod config;
pub mod data;
pub mod engine;
pub mod error;
pub mod estimate;
pub mod event;
pub mod features;
pub mod files;
pub mod hub;
pub mod loss;
pub mod metric;
pub mod mixture;
pub mod optim;
pub mod pretrain;
pub mod prompt;
pub mod registries;
pub mod registry;
pub mod report;
pub mod results;
pub mod rng;
pub mod select;
pub mod sweep;
pub mod tensor;
pub mod weights;

pub use error::{Error, Result};
pub use registries::Registries;
