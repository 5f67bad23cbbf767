//! `mlpt train`.

use super::eval;
use crate::dashboard::{Dashboard, Model};
use crate::download::fetch_for;
use crate::progress::{Detail, Terminal};
use crate::{interrupt, output, summary};
use anyhow::{Context, Result};
use mlpt_core::Registries;
use mlpt_core::config::Config;
use mlpt_core::engine::{self, Checkpoints, RunDir, RunOptions};
use mlpt_core::event::{LogFile, MetricsTail};
use std::io::IsTerminal;

/// How a command shows what it does.
#[derive(Clone)]
pub struct Show {
    /// How much.
    pub detail: Detail,
    /// Only the result on standard output, as JSON.
    pub json: bool,
    /// Becomes `log.txt`; a `tracing` layer may write to a clone.
    pub log: LogFile,
}

/// What `mlpt train` is told beside the settings.
#[derive(Clone, Debug, Default)]
pub struct TrainOptions {
    /// Replace a run that lies in the output folder already.
    pub overwrite: bool,
    /// Build everything, tell what it is, and stop.
    pub no_train: bool,
    /// Evaluate checkpoints instead of training.
    pub eval_only: bool,
    /// Where the checkpoints lie, and of which epoch, with `eval_only`.
    pub checkpoints: Checkpoints,
    /// Show the run on the whole terminal, where there is one.
    pub dashboard: bool,
}

/// Trains, evaluates and prints the summary.
///
/// # Errors
/// Whatever stops the run; [`mlpt_core::Error::Interrupted`] after Ctrl-C.
pub fn train(config: &Config, registries: &Registries, options: &TrainOptions, show: &Show) -> Result<()> {
    if options.eval_only {
        return eval::eval(config, registries, &options.checkpoints, show);
    }
    fetch_for(config)?;
    let mut run = options_for(config, show)?;
    run.overwrite = options.overwrite;
    // An evaluation or an estimate leaves nothing half done: Ctrl-C ends it as it ends any process.
    run.stop = interrupt::flag()?;
    if options.no_train {
        return Ok(engine::build_only(config, registries, run)?);
    }
    if options.dashboard {
        run = with_dashboard(run, config, registries, options.overwrite, show)?;
    }
    let result = engine::run(config, registries, run)?;
    print(show, &result, &summary::run(&result))
}

/// The dashboard in place of lines, or a notice that there can be none.
fn with_dashboard(
    mut run: RunOptions,
    config: &Config,
    registries: &Registries,
    overwrite: bool,
    show: &Show,
) -> Result<RunOptions> {
    if show.detail == Detail::Quiet || !std::io::stdout().is_terminal() {
        let why = if show.detail == Detail::Quiet { "-q wants none" } else { "standard output is no terminal" };
        tracing::warn!("--dashboard shows nothing: {why}");
        return Ok(run);
    }
    let (trainer, dataset): (String, String) = (config.get("TRAINER.NAME")?, config.get("DATASET.NAME")?);
    let mut model = Model::new(format!("{trainer} on {dataset}"), config.get("TRAIN.PRINT_FREQ")?);
    // What an earlier process told of a run that is gone on with. Faults of it are the run's to tell.
    if let Ok(dir) = engine::folder(config, registries)
        && !overwrite
        && let Ok(news) = MetricsTail::new(&RunDir::new(dir).metrics()).read()
    {
        news.events.iter().for_each(|event| model.take(event));
    }
    run.sinks = vec![Box::new(Dashboard::open(model, run.stop.clone())?)];
    Ok(run)
}

/// Listeners for a run, an evaluation or an estimate.
pub(super) fn options_for(config: &Config, show: &Show) -> Result<RunOptions> {
    let detail = if show.json { Detail::Quiet } else { show.detail };
    let terminal = Terminal::new(detail, config.get("TRAIN.PRINT_FREQ")?);
    Ok(RunOptions { sinks: vec![Box::new(terminal)], log: show.log.clone(), ..RunOptions::default() })
}

/// The result as JSON, or the summary.
pub(super) fn print(show: &Show, result: &impl serde::Serialize, summary: &str) -> Result<()> {
    let text = if show.json { serde_json::to_string_pretty(result)? } else { format!("\n{}", summary.trim_end()) };
    output::print(&text).context("the result cannot be printed")
}
