//! Tables to paste into a README.

use super::figure::Spread;
use super::grid::{Grid, grids};
use mlpt_core::results::{Metric, Report};

/// Every table with a caption below it.
pub fn markdown(report: &Report, metric: Metric, spread: Spread) -> String {
    written(&grids(report, metric, spread))
}

/// Grids in Markdown, one below the other.
pub(super) fn written(grids: &[Grid]) -> String {
    grids.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(grid: &Grid) -> String {
    let words = "---|".repeat(grid.words);
    let mut lines = vec![line(&grid.head), format!("|{words}{}", "---:|".repeat(grid.head.len() - grid.words))];
    lines.extend(grid.rows.iter().map(|row| line(row)));
    let caption: Vec<String> = grid.caption.iter().map(|sentence| escaped(sentence)).collect();
    format!("{}\n\n{}\n", lines.join("\n"), caption.join(" "))
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    format!("| {} |", cells.join(" | ")).replace("|  |", "| |")
}

/// Names may hold what Markdown takes for its own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '<' | '`' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
