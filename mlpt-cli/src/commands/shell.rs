//! `mlpt completions` and `mlpt man`: what a shell knows of this program.

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::output;
use anyhow::{Context, Result};
use clap::CommandFactory;
use mlpt_core::files::write_atomic;
use serde_json::json;

/// Prints the completions of a shell.
///
/// # Errors
/// When standard output cannot be written.
pub fn completions(args: &CompletionsArgs) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mlpt", &mut script);
    Ok(output::print(&String::from_utf8_lossy(&script))?)
}

/// Writes a page for the program and one for each command, `mlpt.1`, `mlpt-train.1`, ...
///
/// # Errors
/// When a page cannot be written.
pub fn man(args: &ManArgs) -> Result<()> {
    let mut all = Cli::command();
    // Names of subcommands and what they inherit.
    all.build();
    let mut written = Vec::new();
    let mut left = vec![all];
    while let Some(command) = left.pop() {
        left.extend(command.get_subcommands().filter(|c| c.get_name() != "help").cloned());
        let page = clap_mangen::Man::new(command);
        let mut text = Vec::new();
        page.render(&mut text).context("a page cannot be made")?;
        let path = args.dir.join(page.get_filename());
        write_atomic(&path, &text)?;
        written.push(path);
    }
    let text = match args.json {
        true => serde_json::to_string_pretty(&json!({ "pages": written }))?,
        false => {
            let dir = args.dir.display();
            format!("{} pages in {dir}; `man -l {dir}/mlpt.1` shows one", written.len())
        }
    };
    Ok(output::print(&text)?)
}
