//! Tables to paste into a README.

use super::caption;
use super::figure::{ABSENT, Spread, Style, marks, shown};
use mlpt_core::results::{Metric, Report, Table};

/// Every table with a caption below it.
pub fn markdown(report: &Report, metric: Metric, spread: Spread) -> String {
    report.tables.iter().map(|t| table(t, metric, spread)).collect::<Vec<_>>().join("\n")
}

fn table(table: &Table, metric: Metric, spread: Spread) -> String {
    let style = Style { decimals: metric.decimals(), spread, signed: false };
    let heads = table.columns.iter().map(|c| format!("{}{}", c.label, marks(&c.footnotes)));
    let mut lines = vec![line(String::new(), heads), format!("|---|{}", "---:|".repeat(table.columns.len()))];
    for r in &table.rows {
        let cells = r.cells.iter().map(|cell| {
            let footnotes = cell.as_ref().map_or(&[][..], |c| &c.footnotes);
            format!("{}{}", style.mean(shown(cell.as_ref(), r.zero_shot).as_ref()), marks(footnotes))
        });
        lines.push(line(r.label.clone(), cells));
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
        lines.push(line(format!("{} minus {}", comparison.first, comparison.second), cells));
    }
    let mut caption = vec![format!("{}.", escaped(&caption::title(table, metric)))];
    let pairs = caption::pairs(table).map(|pairs| format!("Pairs by column: {}.", pairs.join(", ")));
    let sentences = caption::sentences(table, spread, false)
        .into_iter()
        .chain(caption::comparison(table))
        .chain(pairs)
        .chain(caption::notes(table));
    caption.extend(sentences.map(|s| escaped(&s)));
    format!("{}\n\n{}\n", lines.join("\n"), caption.join(" "))
}

pub(super) fn line(label: String, cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = std::iter::once(label).chain(cells).map(|cell| escaped(&cell)).collect();
    format!("| {} |", cells.join(" | ")).replace("|  |", "| |")
}

/// Names may hold what Markdown takes for its own.
pub(super) fn escaped(text: &str) -> String {
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
