//! A table as cells of plain text with sentences below it: what Markdown and LaTeX share.

use super::caption;
use super::figure::{ABSENT, Spread, Style, marks, shown};
use mlpt_core::results::{Metric, Report, Table};

/// A table to be written in some markup.
pub(crate) struct Grid {
    /// Names of the columns; the first is that of the rows' names, and may be empty.
    pub(crate) head: Vec<String>,
    /// As many cells a row as there are columns.
    pub(crate) rows: Vec<Vec<String>>,
    /// How many columns, from the left, hold words; the others hold figures.
    pub(crate) words: usize,
    /// Sentences.
    pub(crate) caption: Vec<String>,
}

/// Every table of a report.
pub(crate) fn grids(report: &Report, metric: Metric, spread: Spread) -> Vec<Grid> {
    report.tables.iter().map(|t| grid(t, metric, spread)).collect()
}

fn grid(table: &Table, metric: Metric, spread: Spread) -> Grid {
    let style = Style { decimals: metric.decimals(), spread, signed: false };
    let heads = table.columns.iter().map(|c| format!("{}{}", c.label, marks(&c.footnotes)));
    let head = std::iter::once(String::new()).chain(heads).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for r in &table.rows {
        let cells = r.cells.iter().map(|cell| {
            let footnotes = cell.as_ref().map_or(&[][..], |c| &c.footnotes);
            format!("{}{}", style.mean(shown(cell.as_ref(), r.zero_shot).as_ref()), marks(footnotes))
        });
        rows.push(std::iter::once(r.label.clone()).chain(cells).collect());
    }
    if let Some(comparison) = &table.comparison {
        let style = Style { signed: true, spread: Spread::Deviation, ..style };
        let cells = comparison.columns.iter().map(|paired| match paired {
            Some(p) => {
                let parts = [style.mean(p.summary.as_ref()), style.interval(p.summary.as_ref())];
                format!("{}{}", parts.join(" ").trim_end(), marks(&p.footnotes))
            }
            None => ABSENT.to_owned(),
        });
        let label = format!("{} minus {}", comparison.first, comparison.second);
        rows.push(std::iter::once(label).chain(cells).collect());
    }
    let title = format!("{}.", caption::title(table, metric));
    let pairs = caption::pairs(table).map(|pairs| format!("Pairs by column: {}.", pairs.join(", ")));
    let caption = std::iter::once(title)
        .chain(caption::sentences(table, spread, false))
        .chain(caption::comparison(table))
        .chain(pairs)
        .chain(caption::notes(table))
        .collect();
    Grid { head, rows, words: 1, caption }
}
