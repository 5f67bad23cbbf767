//! Ctrl-C: the first asks the run to stop after its step, the second ends the process.

use crate::{dashboard, log};
use anyhow::{Context, Result};
use mlpt_core::engine::StopFlag;
use std::io::Write;
use std::sync::OnceLock;

/// Exit code after Ctrl-C: 128 and the signal's number, as shells have it.
pub const EXIT_CODE: u8 = 130;

/// What a command that is no run says after Ctrl-C.
#[derive(Debug)]
pub struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped on request; run the same command again to go on")
    }
}

impl std::error::Error for Stopped {}

/// The flag that Ctrl-C sets; the handler is installed once a process.
///
/// # Errors
/// When the system takes no handler.
pub fn flag() -> Result<StopFlag> {
    static FLAG: OnceLock<StopFlag> = OnceLock::new();
    if let Some(flag) = FLAG.get() {
        return Ok(flag.clone());
    }
    let flag = FLAG.get_or_init(StopFlag::default).clone();
    let in_handler = flag.clone();
    ctrlc::set_handler(move || ask(&in_handler)).context("Ctrl-C cannot be watched")?;
    Ok(flag)
}

/// What Ctrl-C does: asks the run to stop or, where that was asked before, ends the process.
pub(crate) fn ask(flag: &StopFlag) {
    if flag.stop() {
        // A terminal that shows a dashboard must not stay as it is.
        dashboard::leave();
        std::process::exit(i32::from(EXIT_CODE));
    }
    let _ = writeln!(log::Messages, "\nStopping after this step; Ctrl-C again stops at once");
}
