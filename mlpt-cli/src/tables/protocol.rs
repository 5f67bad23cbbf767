//! Tables of a protocol, for a terminal, for Markdown and for LaTeX.

use super::caption::model;
use super::figure::{Spread, Style, marks, shown};
use super::grid::Grid;
use super::text::left_out;
use super::{latex, markdown};
use crate::output;
use mlpt_core::data::Subsample;
use mlpt_core::results::{Figure, Metric, Protocol, ProtocolReport, ProtocolRow, ProtocolTable, Summary};
use std::collections::BTreeMap;

/// Width of the lines of text around tables.
const WIDTH: usize = 100;

/// Every table with intervals, captions and notes.
pub fn protocol_text(report: &ProtocolReport, metric: Metric, spread: Spread) -> String {
    let style = Style { decimals: metric.decimals(), spread, signed: false };
    let mut parts = Vec::new();
    for table in &report.tables {
        let mut lines = vec![head(table)];
        for row in &table.rows {
            lines.push(figures(table, row, style));
            let intervals: Vec<String> =
                row.figures.iter().map(|f| style.interval(summary(f.as_ref(), row.zero_shot).as_ref())).collect();
            if intervals.iter().any(|interval| !interval.is_empty()) {
                lines.push([vec![String::new()], intervals].concat());
            }
        }
        let mut out = format!("{}\n\n{}\n", output::wrap(&title(table, metric), WIDTH), output::table(&lines, 2));
        for sentence in sentences(report.protocol, table, spread, true) {
            out.push_str(&output::wrap(&sentence, WIDTH));
            out.push('\n');
        }
        parts.push(out);
    }
    parts.extend(left_out(&report.unfinished, &report.skipped));
    parts.join("\n")
}

/// Every table with a caption below it.
pub fn protocol_markdown(report: &ProtocolReport, metric: Metric, spread: Spread) -> String {
    markdown::written(&grids(report, metric, spread))
}

/// The same in LaTeX.
pub fn protocol_latex(report: &ProtocolReport, metric: Metric, spread: Spread) -> String {
    latex::written(&grids(report, metric, spread))
}

fn grids(report: &ProtocolReport, metric: Metric, spread: Spread) -> Vec<Grid> {
    let style = Style { decimals: metric.decimals(), spread, signed: false };
    let grid = |table: &ProtocolTable| Grid {
        head: head(table),
        rows: table.rows.iter().map(|row| figures(table, row, style)).collect(),
        words: 1,
        caption: std::iter::once(format!("{}.", title(table, metric)))
            .chain(sentences(report.protocol, table, spread, false))
            .collect(),
    };
    report.tables.iter().map(grid).collect()
}

fn title(table: &ProtocolTable, metric: Metric) -> String {
    let shots = if table.shots < 1 { "all training images".to_owned() } else { format!("{} shots", table.shots) };
    let part = match table.subsample {
        Subsample::All => String::new(),
        some => format!(" ({some} classes)"),
    };
    let model = model(&table.backbone, &table.model_digest);
    let (dataset, split) = (&table.dataset, &table.split);
    format!("trained on {dataset}{part}, {model}, {shots}, {split} images: {}", metric.title())
}

fn head(table: &ProtocolTable) -> Vec<String> {
    std::iter::once(String::new()).chain(table.columns.iter().map(|c| c.label.clone())).collect()
}

/// The row's name: with its level of noise, where some row of the table has wrong labels.
fn name(table: &ProtocolTable, row: &ProtocolRow) -> String {
    let noisy = table.rows.iter().any(|row| !row.noises.is_empty());
    if noisy && !row.zero_shot { format!("{}, {}", row.label, row.level) } else { row.label.clone() }
}

fn figures(table: &ProtocolTable, row: &ProtocolRow, style: Style) -> Vec<String> {
    let figure = |figure: &Option<Figure>| {
        let footnotes = figure.as_ref().map_or(&[][..], |f| &f.cell.footnotes);
        format!("{}{}", style.mean(summary(figure.as_ref(), row.zero_shot).as_ref()), marks(footnotes))
    };
    std::iter::once(name(table, row)).chain(row.figures.iter().map(figure)).collect()
}

/// The summary as it is shown: the figure's own mean with the spread of the seeds.
fn summary(figure: Option<&Figure>, zero_shot: bool) -> Option<Summary> {
    let figure = figure?;
    Some(Summary { mean: figure.mean, ..shown(Some(&figure.cell), zero_shot)? })
}

fn sentences(protocol: Protocol, table: &ProtocolTable, spread: Spread, intervals: bool) -> Vec<String> {
    let mut out = Vec::new();
    let all = table.rows.iter().flat_map(|row| row.figures.iter().flatten());
    let several = all.clone().any(|figure| figure.cell.summary.is_some_and(|s| s.n > 1));
    if several {
        let sign = match spread {
            Spread::Deviation => "the sample standard deviation over the seeds",
            Spread::Interval => "half the width of the 95 % confidence interval of the mean (Student's t)",
        };
        let brackets = "; in brackets the 95 % confidence interval of the mean (Student's t)";
        out.push(format!("± is {sign}{}.", if intervals { brackets } else { "" }));
    }
    out.push(match (protocol, several) {
        (Protocol::BaseToNew, false) => "H is the harmonic mean of base and new.".to_owned(),
        (Protocol::BaseToNew, true) => {
            "H is the harmonic mean of the two means over the seeds; its spread is that of each \
                                        seed's own."
                .to_owned()
        }
        (Protocol::Transfer, _) => "The average is over the targets, without the source.".to_owned(),
    });
    let sizes: Vec<String> = table.columns.iter().filter_map(|c| Some(format!("{} {}", c.label, c.images?))).collect();
    if !sizes.is_empty() {
        out.push(format!("Images: {}.", sizes.join(", ")));
    }
    out.extend(seeds(table));
    let mut noises: Vec<&str> = table.rows.iter().flat_map(|row| &row.noises).map(String::as_str).collect();
    noises.sort_unstable();
    noises.dedup();
    if !noises.is_empty() {
        out.push(format!("Labels were made wrong in training only ({}).", noises.join(", ")));
    }
    out.extend(table.notes.iter().map(|note| format!("Note: {note}.")));
    out.extend(table.footnotes.iter().enumerate().map(|(i, text)| format!("[{}] {text}.", i + 1)));
    out
}

/// `n = 3 (seeds 1 2 3)`, with the figures that have others.
fn seeds(table: &ProtocolTable) -> Option<String> {
    let only = !table.rows.iter().any(|row| !row.zero_shot);
    let all: Vec<(String, Vec<u64>)> = table
        .rows
        .iter()
        .filter(|row| only || !row.zero_shot)
        .flat_map(|row| {
            let named = table.columns.iter().zip(&row.figures);
            named.filter_map(|(c, f)| Some((format!("{} at {}", name(table, row), c.label), f.as_ref()?.cell.seeds())))
        })
        .collect();
    let mut counts: BTreeMap<&[u64], usize> = BTreeMap::new();
    for (_, seeds) in &all {
        *counts.entry(seeds).or_default() += 1;
    }
    // Of equally frequent ones, the one with the most seeds.
    let usual = counts.into_iter().max_by_key(|(seeds, count)| (*count, seeds.len()))?.0.to_vec();
    let count = |seeds: &[u64]| {
        let list: Vec<String> = seeds.iter().map(u64::to_string).collect();
        format!("n = {} (seed{} {})", seeds.len(), if seeds.len() == 1 { "" } else { "s" }, list.join(" "))
    };
    let others: Vec<String> = all
        .iter()
        .filter(|(_, seeds)| *seeds != usual)
        .map(|(name, seeds)| format!("{name} has {}", count(seeds)))
        .collect();
    let but = if others.is_empty() { String::new() } else { format!(", but {}", others.join(", ")) };
    Some(format!("{}{but}.", count(&usual)))
}
