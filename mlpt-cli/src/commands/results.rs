//! `mlpt results`: tables from finished runs.

use crate::args::{ResultsArgs, TableFormat};
use crate::output;
use crate::tables::{
    Spread, latex, markdown, protocol_latex, protocol_markdown, protocol_text, reference_latex, reference_markdown,
    reference_text, text,
};
use anyhow::Result;
use mlpt_core::Registries;
use mlpt_core::files::write_atomic;
use mlpt_core::results::{
    Found, Metric, Names, Options, Protocol, Reference, Skipped, TOLERANCE, beside, find_named, protocol, report,
};
use std::path::{Path, PathBuf};

/// Prints the tables of all runs in the folders, or writes them to a file.
///
/// # Errors
/// When a folder holds no run, a run is broken, runs do not belong together, a file of published results
/// is faulty, or the output cannot be written.
pub fn results(args: &ResultsArgs, registries: &Registries) -> Result<()> {
    let metric = Metric::named(&args.metric)?;
    let options = Options {
        metric,
        allow_mixed: args.allow_mixed,
        by_noise: args.by_noise,
        compare: args.compare.clone().and_then(|names| names.try_into().ok()),
    };
    let asked = Asked {
        options,
        names: Names::of(registries),
        spread: if args.ci95 { Spread::Interval } else { Spread::Deviation },
        format: if args.json { TableFormat::Json } else { args.format },
    };
    // A fault of the small file is told before many logs are read.
    let reference = args.reference.as_deref().map(Reference::read).transpose()?;
    let mut found = find_named(&args.dirs, &asked.names)?;
    found.split_by(&args.by)?;
    let document = match (&reference, args.protocol) {
        (Some(reference), _) => asked.beside(&found, reference, args.tolerance.unwrap_or(TOLERANCE))?,
        (None, Some(kind)) => asked.protocol(&found, kind.into(), &args.targets)?,
        (None, None) => asked.tables(&found)?,
    };
    write(&document, args.output.as_deref())
}

/// What is wanted, and how it shall look.
struct Asked {
    options: Options,
    names: Names,
    spread: Spread,
    format: TableFormat,
}

impl Asked {
    fn tables(&self, found: &Found) -> Result<String> {
        let report = report(found, &self.options)?;
        let notes = report.tables.iter().flat_map(|t| t.notes.iter().chain(&t.footnotes));
        self.tell_what_is_left_out(&report.unfinished, &report.skipped, notes);
        let (metric, spread) = (self.options.metric, self.spread);
        Ok(match self.format {
            TableFormat::Text => text(&report, metric, spread),
            TableFormat::Markdown => markdown(&report, metric, spread),
            TableFormat::Latex => latex(&report, metric, spread),
            TableFormat::Csv => report.to_csv()?,
            TableFormat::Json => serde_json::to_string_pretty(&report)?,
        })
    }

    fn protocol(&self, found: &Found, kind: Protocol, targets: &[String]) -> Result<String> {
        let report = protocol(found, kind, targets, &self.options)?;
        let notes = report.tables.iter().flat_map(|t| t.notes.iter().chain(&t.footnotes));
        self.tell_what_is_left_out(&report.unfinished, &report.skipped, notes);
        let (metric, spread) = (self.options.metric, self.spread);
        Ok(match self.format {
            TableFormat::Text => protocol_text(&report, metric, spread),
            TableFormat::Markdown => protocol_markdown(&report, metric, spread),
            TableFormat::Latex => protocol_latex(&report, metric, spread),
            TableFormat::Csv => report.to_csv()?,
            TableFormat::Json => serde_json::to_string_pretty(&report)?,
        })
    }

    fn beside(&self, found: &Found, reference: &Reference, tolerance: f64) -> Result<String> {
        let report = beside(found, reference, &self.names, tolerance, &self.options)?;
        self.tell_what_is_left_out(&report.unfinished, &report.skipped, report.notes.iter());
        let metric = self.options.metric;
        Ok(match self.format {
            TableFormat::Text => reference_text(&report, metric),
            TableFormat::Markdown => reference_markdown(&report, metric),
            TableFormat::Latex => reference_latex(&report, metric),
            TableFormat::Csv => report.to_csv()?,
            TableFormat::Json => serde_json::to_string_pretty(&report)?,
        })
    }

    /// What a format has no place for goes to standard error.
    fn tell_what_is_left_out<'a>(
        &self,
        unfinished: &[PathBuf],
        skipped: &[Skipped],
        notes: impl Iterator<Item = &'a String>,
    ) {
        if matches!(self.format, TableFormat::Markdown | TableFormat::Latex | TableFormat::Csv) {
            for dir in unfinished {
                tracing::warn!("{} is not finished and not in the table", dir.display());
            }
            for Skipped { dir, reason } in skipped {
                tracing::warn!("{} is not in the table: {reason}", dir.display());
            }
        }
        if self.format == TableFormat::Csv {
            for text in notes {
                tracing::warn!("{text}");
            }
        }
    }
}

fn write(document: &str, path: Option<&Path>) -> Result<()> {
    match path {
        Some(path) => write_atomic(path, format!("{}\n", document.trim_end()).as_bytes())?,
        None => output::print(document)?,
    }
    Ok(())
}
