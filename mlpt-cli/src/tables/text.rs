//! Tables for a terminal.

use super::caption;
use super::figure::{ABSENT, Spread, Style, marks, shown};
use crate::output;
use mlpt_core::results::{Metric, Report, Skipped, Table};
use std::path::PathBuf;

/// Width of the lines of text around tables.
const WIDTH: usize = 100;

/// Every table with intervals, captions and notes, and the runs that are not finished.
pub fn text(report: &Report, metric: Metric, spread: Spread) -> String {
    let mut parts: Vec<String> = report.tables.iter().map(|t| table(t, metric, spread)).collect();
    parts.extend(left_out(&report.unfinished, &report.skipped));
    parts.join("\n")
}

/// The runs that are in no table, with the reason.
pub(super) fn left_out(unfinished: &[PathBuf], skipped: &[Skipped]) -> Vec<String> {
    let mut parts = Vec::new();
    if !unfinished.is_empty() {
        let dirs: String = unfinished.iter().map(|dir| format!("  {}\n", dir.display())).collect();
        parts.push(format!("{} unfinished (config.toml without result.json):\n{dirs}", count(unfinished.len())));
    }
    if !skipped.is_empty() {
        let dirs: String = skipped.iter().map(|s| format!("  {}: {}\n", s.dir.display(), s.reason)).collect();
        parts.push(format!("{} skipped:\n{dirs}", count(skipped.len())));
    }
    parts
}

fn count(n: usize) -> String {
    if n == 1 { "1 run is".to_owned() } else { format!("{n} runs are") }
}

fn table(table: &Table, metric: Metric, spread: Spread) -> String {
    let style = Style { decimals: metric.decimals(), spread, signed: false };
    let heads = table.columns.iter().map(|c| format!("{}{}", c.label, marks(&c.footnotes)));
    let mut lines: Vec<Vec<String>> = vec![row(String::new(), heads)];
    for r in &table.rows {
        let summaries: Vec<_> = r.cells.iter().map(|c| shown(c.as_ref(), r.zero_shot)).collect();
        let means = r.cells.iter().zip(&summaries).map(|(cell, summary)| {
            format!("{}{}", style.mean(summary.as_ref()), marks(cell.as_ref().map_or(&[], |c| &c.footnotes)))
        });
        lines.push(row(r.label.clone(), means));
        let intervals: Vec<String> = summaries.iter().map(|s| style.interval(s.as_ref())).collect();
        push_unless_empty(&mut lines, intervals);
    }
    if let Some(comparison) = &table.comparison {
        let style = Style { signed: true, spread: Spread::Deviation, ..style };
        let summary = |p: &Option<mlpt_core::results::Paired>| p.as_ref().and_then(|p| p.summary);
        lines.push(Vec::new());
        let means = comparison.columns.iter().map(|p| match p {
            Some(paired) => format!("{}{}", style.mean(paired.summary.as_ref()), marks(&paired.footnotes)),
            None => ABSENT.to_owned(),
        });
        lines.push(row(format!("{} minus {}", comparison.first, comparison.second), means));
        push_unless_empty(&mut lines, comparison.columns.iter().map(|p| style.interval(summary(p).as_ref())).collect());
        push_unless_empty(&mut lines, caption::pairs(table).unwrap_or_default());
    }
    let mut out = format!("{}\n\n{}\n", output::wrap(&caption::title(table, metric), WIDTH), output::table(&lines, 2));
    for line in caption::sentences(table, spread, true)
        .into_iter()
        .chain(caption::comparison(table))
        .chain(caption::notes(table))
    {
        out.push_str(&output::wrap(&line, WIDTH));
        out.push('\n');
    }
    out
}

fn row(label: String, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    std::iter::once(label).chain(cells).collect()
}

fn push_unless_empty(lines: &mut Vec<Vec<String>>, cells: Vec<String>) {
    if cells.iter().any(|cell| !cell.is_empty()) {
        lines.push(row(String::new(), cells));
    }
}
