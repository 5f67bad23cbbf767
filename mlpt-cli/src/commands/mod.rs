//! The commands, one file each.

pub mod config;
pub mod eval;
pub mod explain;
pub mod list;
pub mod names;
pub mod pretrain;
pub mod results;
pub mod train;
