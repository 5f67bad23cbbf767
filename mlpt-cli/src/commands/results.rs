//! `mlpt results`: tables from finished runs.

use crate::args::{ResultsArgs, TableFormat};
use crate::output;
use crate::tables::{Spread, markdown, protocol_markdown, protocol_text, text};
use anyhow::Result;
use mlpt_core::files::write_atomic;
use mlpt_core::results::{Metric, Options, find, protocol, report};
use std::path::PathBuf;

/// Prints the tables of all runs in the folders, or writes them to a file.
///
/// # Errors
/// When a folder holds no run, a run is broken, runs do not belong together, or the output cannot be
/// written.
pub fn results(args: &ResultsArgs) -> Result<()> {
    let metric = Metric::named(&args.metric)?;
    let options = Options {
        metric,
        allow_mixed: args.allow_mixed,
        by_noise: args.by_noise,
        compare: args.compare.clone().and_then(|names| names.try_into().ok()),
    };
    let found = find(&args.dirs)?;
    let spread = if args.ci95 { Spread::Interval } else { Spread::Deviation };
    let format = if args.json { TableFormat::Json } else { args.format };
    let document = match args.protocol {
        Some(kind) => {
            let report = protocol(&found, kind.into(), &args.targets, &options)?;
            let notes = report.tables.iter().flat_map(|t| t.notes.iter().chain(&t.footnotes));
            tell_what_is_left_out(&report.unfinished, notes, format);
            match format {
                TableFormat::Text => protocol_text(&report, metric, spread),
                TableFormat::Markdown => protocol_markdown(&report, metric, spread),
                TableFormat::Csv => report.to_csv()?,
                TableFormat::Json => serde_json::to_string_pretty(&report)?,
            }
        }
        None => {
            let report = report(&found, &options)?;
            let notes = report.tables.iter().flat_map(|t| t.notes.iter().chain(&t.footnotes));
            tell_what_is_left_out(&report.unfinished, notes, format);
            match format {
                TableFormat::Text => text(&report, metric, spread),
                TableFormat::Markdown => markdown(&report, metric, spread),
                TableFormat::Csv => report.to_csv()?,
                TableFormat::Json => serde_json::to_string_pretty(&report)?,
            }
        }
    };
    match &args.output {
        Some(path) => write_atomic(path, format!("{}\n", document.trim_end()).as_bytes())?,
        None => output::print(&document)?,
    }
    Ok(())
}

/// What a format has no place for goes to standard error.
fn tell_what_is_left_out<'a>(unfinished: &[PathBuf], notes: impl Iterator<Item = &'a String>, format: TableFormat) {
    if matches!(format, TableFormat::Markdown | TableFormat::Csv) {
        for dir in unfinished {
            tracing::warn!("{} is not finished and not in the table", dir.display());
        }
    }
    if format == TableFormat::Csv {
        for text in notes {
            tracing::warn!("{text}");
        }
    }
}
