//! What a reader of a table should know.

use super::group::{Column, RowKey};
use super::{Cell, Row, Run, Source, same};
use std::collections::BTreeMap;

/// How many cases of one kind are told.
const SHOWN: usize = 3;

/// Whether rows with the same seed in the same column had the same noise manifest; `None` where no two
/// rows have a seed in common. With a note that names the first that had not.
pub(super) fn manifests(columns: &[Column], rows: &[Row]) -> (Option<bool>, Vec<String>) {
    let (mut shared, mut other) = (false, Vec::new());
    for (at, column) in columns.iter().enumerate() {
        let mut first: BTreeMap<u64, (&str, &str)> = BTreeMap::new();
        for row in rows.iter().filter(|row| !row.zero_shot) {
            for member in row.cells.get(at).and_then(Option::as_ref).into_iter().flat_map(|c| &c.members) {
                // A log of Dassl does not tell which labels were wrong.
                if member.noise_digest.is_empty() {
                    continue;
                }
                let &mut (label, digest) = first.entry(member.seed).or_insert((&row.label, &member.noise_digest));
                shared |= label != row.label;
                if digest != member.noise_digest {
                    other.push(format!("{label} and {} at {}, seed {}", row.label, column.label, member.seed));
                }
            }
        }
    }
    let note = (!other.is_empty()).then(|| format!("not the same wrong labels: {}", some(&other)));
    (shared.then_some(note.is_none()), note.into_iter().collect())
}

/// A note where a method's settings are not the same at every level of noise.
pub(super) fn levels(columns: &[(Column, Vec<&Run>)], labels: &BTreeMap<RowKey, String>) -> Vec<String> {
    let mut notes = Vec::new();
    for (key, label) in labels {
        let mut runs = columns.iter().filter_map(|(_, runs)| runs.iter().find(|run| RowKey::of(run) == *key));
        let Some(first) = runs.next() else { continue };
        let other = runs.find_map(|run| Some((run, same::settings_across_levels(first, run)?)));
        if let Some((run, difference)) = other {
            let text = difference.text(&first.dir, &run.dir);
            notes.push(format!("{label} was not set the same at every level of noise: {text}"));
        }
    }
    notes
}

/// A note where some runs of a cell lack the figure that others have.
pub(super) fn missing(columns: &[Column], rows: &[Row], metric: &str) -> Vec<String> {
    let mut cases = Vec::new();
    for row in rows {
        for (column, cell) in columns.iter().zip(&row.cells) {
            let Some(Cell { summary: Some(_), members, .. }) = cell else { continue };
            for member in members.iter().filter(|m| m.value.is_none()) {
                cases.push(format!("{} at {}, seed {}", row.label, column.label, member.seed));
            }
        }
    }
    if cases.is_empty() { Vec::new() } else { vec![format!("runs without {metric}: {}", some(&cases))] }
}

/// What to know about figures from logs of Dassl.
pub(super) fn dassl(runs: &[&Run]) -> Vec<String> {
    let all: Vec<&&Run> = runs.iter().filter(|run| run.source == Source::Dassl).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let mut notes = vec![
        "figures are from logs of Dassl, which round them to one decimal; Dassl's own table divides the deviation by n, \
         this one by n - 1"
            .to_owned(),
    ];
    let untold: Vec<String> =
        all.iter().filter(|run| run.settings.is_empty()).map(|run| run.dir.display().to_string()).collect();
    if !untold.is_empty() {
        notes.push(format!("logs without settings, so that the path alone says what was run: {}", some(&untold)));
    }
    notes
}

fn some(cases: &[String]) -> String {
    let more = cases.len().saturating_sub(SHOWN);
    let shown = cases[..cases.len() - more].join("; ");
    if more > 0 { format!("{shown}; and {more} more") } else { shown }
}
