//! The commands, one file each.

pub mod audit;
pub mod config;
pub mod data;
pub mod doctor;
pub mod encode;
pub mod estimate;
pub mod eval;
pub mod explain;
pub mod export;
pub mod features;
pub mod list;
pub mod model;
pub mod names;
pub mod predict;
pub mod pretrain;
pub mod report;
pub mod results;
pub mod shell;
pub mod sweep;
pub mod tensorboard;
pub mod train;
pub mod watch;
