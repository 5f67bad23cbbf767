//! The command line: parsing, printing, exit codes; no maths.
//!
//! A program of one's own with more names in it is ten lines: see [`run_with`].

pub mod args;
pub mod commands;
pub mod dashboard;
mod download;
pub mod interrupt;
pub mod log;
pub mod output;
pub mod progress;
mod report;
mod settings;
pub mod summary;
pub mod tables;

use anyhow::{Error, Result};
use args::{Cli, Command, TrainRunArgs};
use clap::{ColorChoice, Parser};
use commands::train::{Show, TrainOptions};
use mlpt_core::Registries;
use mlpt_core::event::LogFile;
use progress::Detail;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Exit code for wrong flags.
const USAGE: u8 = 2;

/// Runs the command line with what the framework brings and whatever `register` adds.
///
/// ```no_run
/// mlpt_cli::run_with(|all| mlpt_datasets::register(all));
/// ```
pub fn run_with(register: impl FnOnce(&mut Registries) -> mlpt_core::Result<()>) -> ExitCode {
    let registries = Registries::new().and_then(|mut all| register(&mut all).map(|()| all));
    match registries {
        Ok(registries) => run(registries),
        Err(error) => report(&error.into(), ColorChoice::Auto),
    }
}

/// Runs the command line of this process. Exit codes: 0 done, 1 failed, 2 wrong flags, 130 stopped
/// on request.
pub fn run(registries: Registries) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are errors to clap, with exit code 0.
            match error.print() {
                Err(e) if e.kind() != ErrorKind::BrokenPipe => return report(&e.into(), ColorChoice::Auto),
                _ => {}
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE));
        }
    };
    let log = LogFile::default();
    log::init(cli.global.verbose, cli.global.quiet, cli.global.color, &log);
    match dispatch(&cli, &registries, log) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error, cli.global.color),
    }
}

fn dispatch(cli: &Cli, registries: &Registries, log: LogFile) -> Result<()> {
    let detail = match (cli.global.quiet, cli.global.verbose) {
        (true, _) => Detail::Quiet,
        (_, 0) => Detail::Normal,
        _ => Detail::Verbose,
    };
    match &cli.command {
        Command::Train(TrainRunArgs { train: args, dashboard }) => {
            let options = TrainOptions { dashboard: *dashboard, ..args.run.options() };
            let show = Show { detail, json: args.json, log };
            let config = args.settings.resolve(registries, args.run.recorded()?)?;
            commands::train::train(&config, registries, &options, &show)
        }
        Command::Estimate(args) => {
            let show = Show { detail, json: args.json, log };
            let config = args.settings.resolve(registries, args.run.recorded()?)?;
            commands::estimate::estimate(&config, registries, &args.run, &show)
        }
        Command::Sweep(args) => commands::sweep::sweep(args, registries, detail),
        Command::Eval(args) => {
            let show = Show { detail, json: args.json, log };
            let (settings, checkpoints) = args.clone().split(registries)?;
            let config = settings.resolve(registries, checkpoints.model_dir.as_deref())?;
            commands::eval::eval(&config, registries, &checkpoints, &show)
        }
        Command::Predict(args) => commands::predict::predict(args, registries),
        Command::Audit(args) => {
            let show = Show { detail, json: args.json, log };
            commands::audit::audit(args, registries, &show)
        }
        Command::Export(args) => commands::export::export(args, registries),
        Command::Pretrain(args) => commands::pretrain::run(args, registries),
        Command::Report(args) => commands::report::report(args, registries),
        Command::Results(args) => commands::results::results(args, registries),
        Command::Tensorboard(args) => commands::tensorboard::tensorboard(args),
        Command::Watch(args) => commands::watch::watch(args),
        Command::Model(args) => commands::model::model(&args.command),
        Command::Data(args) => commands::data::data(args, registries),
        Command::Features(args) => commands::features::features(args),
        Command::Encode(args) => commands::encode::encode(args),
        Command::Doctor(args) => commands::doctor::doctor(args),
        Command::Config(args) => commands::config::config(args, registries),
        Command::List(args) => commands::list::list(args, registries),
        Command::Explain(args) => commands::explain::explain(args, registries),
        Command::Completions(args) => commands::shell::completions(args),
        Command::Man(args) => commands::shell::man(args),
    }
}

/// Prints an error with its causes to standard error, and says how to exit.
fn report(error: &Error, color: ColorChoice) -> ExitCode {
    let (on, off) = if log::use_color(color) { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let mut text = String::new();
    let mut seen = String::new();
    for cause in error.chain() {
        let message = cause.to_string();
        // Many errors say their cause in their own message.
        if !seen.contains(&message) {
            text.push_str(if seen.is_empty() { "" } else { "\n  because: " });
            text.push_str(&message.replace('\n', "\n       "));
        }
        seen.push_str(&message);
    }
    // Nowhere to report that standard error is gone.
    let _ = writeln!(std::io::stderr(), "{on}error:{off} {text}");
    let stopped = matches!(error.downcast_ref(), Some(mlpt_core::Error::Interrupted { .. }));
    if stopped || error.is::<interrupt::Stopped>() {
        return ExitCode::from(interrupt::EXIT_CODE);
    }
    ExitCode::FAILURE
}
