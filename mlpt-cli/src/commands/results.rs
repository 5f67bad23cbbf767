//! `mlpt results`: tables from finished runs.

use crate::args::{ResultsArgs, TableFormat};
use crate::output;
use crate::tables::{Spread, markdown, text};
use anyhow::Result;
use mlpt_core::files::write_atomic;
use mlpt_core::results::{Metric, Options, Report, find, report};

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
    let report = report(&find(&args.dirs)?, &options)?;
    let spread = if args.ci95 { Spread::Interval } else { Spread::Deviation };
    let format = if args.json { TableFormat::Json } else { args.format };
    let document = match format {
        TableFormat::Text => text(&report, metric, spread),
        TableFormat::Markdown => markdown(&report, metric, spread),
        TableFormat::Csv => report.to_csv()?,
        TableFormat::Json => serde_json::to_string_pretty(&report)?,
    };
    tell_what_is_left_out(&report, format);
    match &args.output {
        Some(path) => write_atomic(path, format!("{}\n", document.trim_end()).as_bytes())?,
        None => output::print(&document)?,
    }
    Ok(())
}

/// What a format has no place for goes to standard error.
fn tell_what_is_left_out(report: &Report, format: TableFormat) {
    if matches!(format, TableFormat::Markdown | TableFormat::Csv) {
        for dir in &report.unfinished {
            tracing::warn!("{} is not finished and not in the table", dir.display());
        }
    }
    if format == TableFormat::Csv {
        for text in report.tables.iter().flat_map(|t| t.notes.iter().chain(&t.footnotes)) {
            tracing::warn!("{text}");
        }
    }
}
