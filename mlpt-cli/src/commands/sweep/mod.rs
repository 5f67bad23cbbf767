//! `mlpt sweep`: a grid of runs.

mod emit;
mod outcome;
mod plan;
mod process;
mod run;
mod view;

pub(crate) use process::last_words;

use crate::args::SweepArgs;
use crate::output;
use crate::progress::Detail;
use anyhow::{Result, bail};
use mlpt_core::Registries;

/// Plans the grid, tells the plan, and runs what is not finished.
///
/// # Errors
/// Faults of the grid or of a cell's settings, before anything runs; where cells failed, how many;
/// [`crate::interrupt::Stopped`] after Ctrl-C.
pub fn sweep(args: &SweepArgs, registries: &Registries, detail: Detail) -> Result<()> {
    let mut plan = plan::Plan::new(args, registries)?;
    if args.emit.is_some() {
        return Ok(output::print(&emit::slurm(&plan)?)?);
    }
    if !args.no_estimate {
        plan.estimate(registries)?;
    }
    if args.plan {
        let text = if args.json { serde_json::to_string_pretty(&plan.report())? } else { plan.text(true) };
        return Ok(output::print(&text)?);
    }
    let shown = !args.json && detail != Detail::Quiet;
    if shown {
        output::print(&plan.text(false))?;
    }
    let outcome = run::run(&plan, shown)?;
    let text = if args.json { serde_json::to_string_pretty(&outcome)? } else { outcome.text() };
    output::print(&text)?;
    if outcome.stopped {
        return Err(crate::interrupt::Stopped.into());
    }
    match outcome.failed() {
        0 => Ok(()),
        n => bail!("{n} of {} cells failed; the same command tries them again", outcome.cells.len()),
    }
}
