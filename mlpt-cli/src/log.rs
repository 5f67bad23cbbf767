//! Messages of the program: to standard error by `-v`, `-q` and RUST_LOG, and into the run's log.

use clap::ColorChoice;
use mlpt_core::event::LogFile;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::prelude::*;

/// Installs the listeners; `log` becomes the run's `log.txt` when a run opens it. A second call in
/// one process changes nothing.
pub fn init(verbose: u8, quiet: bool, color: ColorChoice, log: &LogFile) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (_, 0) => LevelFilter::WARN,
        (_, 1) => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    let terminal = tracing_subscriber::fmt::layer()
        .with_writer(|| Messages)
        .with_ansi(use_color(color))
        .with_target(verbose > 1)
        .without_time();
    let log = log.clone();
    let file = tracing_subscriber::fmt::layer().with_writer(move || log.clone()).with_ansi(false).with_target(false);
    let subscriber = tracing_subscriber::registry()
        .with(terminal.with_filter(filter))
        .with(file.without_time().with_filter(LevelFilter::INFO));
    // A program that has a subscriber of its own keeps it.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// What is not to be shown while something else has the whole terminal.
static HELD: Mutex<Option<Vec<u8>>> = Mutex::new(None);

fn held() -> MutexGuard<'static, Option<Vec<u8>>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps messages back from now on.
pub(crate) fn hold() {
    held().get_or_insert_default();
}

/// Shows the messages that were kept back, and all later ones at once.
pub(crate) fn release() {
    if let Some(messages) = held().take() {
        // Nowhere to report that standard error is gone.
        let _ = io::stderr().write_all(&messages);
    }
}

/// Standard error, or the messages that are kept back.
pub(crate) struct Messages;

impl Write for Messages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match held().as_mut() {
            Some(messages) => messages.write(bytes),
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Whether standard error takes colours.
pub fn use_color(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}
