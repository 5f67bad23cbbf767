//! What stands beside a table: what it is of, what its signs mean, and what to know about it.

use super::figure::Spread;
use mlpt_core::data::Subsample;
use mlpt_core::data::noise::NoiseScope;
use mlpt_core::results::{Cell, Column, Metric, Source, Table};
use std::collections::BTreeMap;

/// What the table is of, in one line.
pub(super) fn title(table: &Table, metric: Metric) -> String {
    let shots = if table.shots < 1 { "all training images".to_owned() } else { format!("{} shots", table.shots) };
    let images = table.images.map(|n| format!("{n} ")).unwrap_or_default();
    let part = match table.subsample {
        Subsample::All => String::new(),
        some => format!("{some} "),
    };
    let classes = match table.classes {
        0 if part.is_empty() => "all ".to_owned(),
        0 => String::new(),
        n => format!("{n} "),
    };
    let logs = if table.source == Source::Dassl { ", logs of Dassl" } else { "" };
    format!(
        "{}, {}, {shots}, {classes}{part}classes, {images}{} images{logs}: {}",
        table.dataset,
        model(&table.backbone, &table.model_digest),
        table.split,
        metric.title()
    )
}

/// `ViT-B/16 (sha256 5806e77cd80f)`.
pub(super) fn model(backbone: &str, digest: &str) -> String {
    match digest.get(..12).unwrap_or(digest) {
        "" => backbone.to_owned(),
        digest => format!("{backbone} (sha256 {digest})"),
    }
}

/// Sentences that belong to every table of its kind.
pub(super) fn sentences(table: &Table, spread: Spread, intervals: bool) -> Vec<String> {
    let mut out = Vec::new();
    if cells(table).any(|(.., cell)| cell.summary.is_some_and(|s| s.n > 1)) {
        let sign = match spread {
            Spread::Deviation => "the sample standard deviation over the seeds",
            Spread::Interval => "half the width of the 95 % confidence interval of the mean (Student's t)",
        };
        let brackets = "; in brackets the 95 % confidence interval of the mean (Student's t)";
        out.push(format!("± is {sign}{}.", if intervals { brackets } else { "" }));
    }
    out.extend(seeds(table));
    out.extend(levels(table));
    if table.same_manifests == Some(true) {
        let wrong = if table.noises.is_empty() { "" } else { " and the same wrong labels" };
        out.push(format!("Rows with the same seed saw the same training images{wrong}."));
    }
    out
}

/// `n = 3 (seeds 1 2 3)`, with the cells that have others.
fn seeds(table: &Table) -> Option<String> {
    let mut counts: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
    for (.., cell) in cells(table) {
        *counts.entry(cell.seeds()).or_default() += 1;
    }
    // Of equally frequent ones, the one with the most seeds.
    let (usual, _) = counts.into_iter().max_by_key(|(seeds, count)| (*count, seeds.len()))?;
    let others: Vec<String> = cells(table)
        .filter(|(.., cell)| cell.seeds() != usual)
        .map(|(row, column, cell)| format!("{row} at {column} has {}", count(&cell.seeds())))
        .collect();
    let but = if others.is_empty() { String::new() } else { format!(", but {}", others.join(", ")) };
    Some(format!("{}{but}.", count(&usual)))
}

fn count(seeds: &[u64]) -> String {
    let list: Vec<String> = seeds.iter().map(u64::to_string).collect();
    format!("n = {} (seed{} {})", seeds.len(), if seeds.len() == 1 { "" } else { "s" }, list.join(" "))
}

/// Cells of methods that have a figure, with the names of their row and column.
fn cells(table: &Table) -> impl Iterator<Item = (&str, &str, &Cell)> {
    let of_row = |row: &'_ mlpt_core::results::Row| !row.zero_shot;
    // A table of nothing but the model without training still has seeds.
    let only = !table.rows.iter().any(of_row);
    table.rows.iter().filter(move |row| only || of_row(row)).flat_map(|row| {
        let pairs = table.columns.iter().zip(&row.cells);
        pairs.filter_map(|(column, cell)| {
            let cell = cell.as_ref().filter(|c| c.summary.is_some())?;
            Some((row.label.as_str(), column.label.as_str(), cell))
        })
    })
}

fn levels(table: &Table) -> Option<String> {
    if table.noises.is_empty() {
        return None;
    }
    let noises = table.noises.join(", ");
    let images = if table.shots < 1 { "training images".to_owned() } else { format!("{} shots", table.shots) };
    let mut parts = Vec::new();
    let any = |kind: fn(&Column) -> bool| table.columns.iter().any(|column| !column.noises.is_empty() && kind(column));
    if any(|c| c.rate.is_none() && c.scope == NoiseScope::Class) {
        parts.push(match table.wrong_per_class {
            true => format!("k wrong: of each class's {images} k are wrong"),
            false => "k wrong: DATASET.NUM_FP is k".to_owned(),
        });
    }
    if any(|c| c.rate.is_some() && c.scope == NoiseScope::Class) {
        parts.push(format!("p % wrong: of each class's {images} so many are wrong, rounded"));
    }
    if any(|c| c.scope == NoiseScope::Global) {
        parts.push("over all: counted over all training images, whatever their class".to_owned());
    }
    // No log tells how labels were made wrong.
    let noises = if table.source == Source::Dassl { String::new() } else { format!(" ({noises})") };
    Some(format!("{}{noises}.", parts.join("; ")))
}

/// What the comparison rests on, and the seeds that do not count.
pub(super) fn comparison(table: &Table) -> Vec<String> {
    let Some(comparison) = &table.comparison else { return Vec::new() };
    let several = comparison.columns.iter().flatten().any(|p| p.pairs.len() > 1);
    let spread = ", their standard deviation, and the 95 % confidence interval of the mean";
    let mut out = vec![format!(
        "{} minus {}: mean of the differences on the same seeds, images and wrong labels{}.",
        comparison.first,
        comparison.second,
        if several { spread } else { "" }
    )];
    for (column, paired) in table.columns.iter().zip(&comparison.columns) {
        for unpaired in paired.iter().flat_map(|p| &p.unpaired) {
            out.push(format!("At {}, seed {} does not count: {}.", column.label, unpaired.seed, unpaired.reason));
        }
    }
    out
}

/// The number of pairs of each column, where any column has some.
pub(super) fn pairs(table: &Table) -> Option<Vec<String>> {
    let columns = &table.comparison.as_ref()?.columns;
    Some(
        columns
            .iter()
            .map(|p| p.as_ref().map(|p| format!("n = {}", p.pairs.len())).unwrap_or_else(|| "–".to_owned()))
            .collect(),
    )
}

/// Notes and numbered footnotes.
pub(super) fn notes(table: &Table) -> Vec<String> {
    let notes = table.notes.iter().map(|note| format!("Note: {note}."));
    let numbered = table.footnotes.iter().enumerate().map(|(i, text)| format!("[{}] {text}.", i + 1));
    notes.chain(numbered).collect()
}
