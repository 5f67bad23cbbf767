//! `mlpt data`: what there is, whether it is right, fetching, one's own.

mod check;
mod get;
mod list;
mod new;
mod report;

use crate::args::{DataArgs, DataCommand};
use anyhow::Result;
use mlpt_core::Registries;

/// Runs the command.
///
/// # Errors
/// When there is no such data, it cannot be fetched, or it is not as it should be.
pub fn data(args: &DataArgs, registries: &Registries) -> Result<()> {
    match &args.command {
        DataCommand::List { root, json } => list::list(root.as_deref(), *json),
        DataCommand::Check(args) => check::check(args, registries),
        DataCommand::Get(args) => get::get(args),
        DataCommand::New(args) => new::new(args),
    }
}
