//! The labels that look most wrong.

use crate::report::number::{count, figure};
use crate::report::page::{Block, Card, CardRow, Section};
use crate::report::pictures::Pictures;
use mlpt_core::report::{AuditTable, CleanRow, CleanTable, RunFiles};

/// A label that looks wrong.
struct Suspect<'a> {
    image: &'a str,
    given: &'a str,
    suggested: String,
    truth: Option<&'a str>,
    /// By learner: how surely the label is right.
    clean: Vec<(&'a str, Option<f64>)>,
}

pub(super) fn section(files: &RunFiles, most: usize, pictures: &Pictures) -> Section {
    let (all, order) = match (&files.audit, &files.clean) {
        (Some(audit), _) => (of_audit(audit), "in the order of audit.csv"),
        (None, Some(clean)) => (of_clean(clean), "by the learners' mean probability that the label is right"),
        (None, None) => {
            let why = "This trainer does not look for wrong labels (there is no clean.csv, and no audit.csv).";
            return Section::new("suspects", "Suspect labels", vec![Block::text(why)]);
        }
    };
    let total = all.len();
    let shown: Vec<&Suspect> = all.iter().take(most).collect();
    let mut blocks = vec![Block::text(format!(
        "The {} most suspect of {}, {order}. The figures are each learner's probability that the label is right.",
        shown.len(),
        count(total, "label")
    ))];
    let known = shown.iter().filter(|s| s.truth.is_some()).count();
    if known > 0 {
        let wrong = shown.iter().filter(|s| s.truth.is_some_and(|truth| truth != s.given)).count();
        blocks.push(Block::text(format!("{wrong} of the {known} whose truth is known are wrong.")));
    } else if !shown.is_empty() {
        blocks.push(Block::text("Which of them are wrong is not known here."));
    }
    blocks.extend(pictures.sentence().map(Block::note));
    blocks.push(Block::Gallery { cards: shown.into_iter().map(|s| card(s, pictures)).collect() });
    Section::new("suspects", "Suspect labels", blocks)
}

fn of_audit(audit: &AuditTable) -> Vec<Suspect<'_>> {
    audit
        .rows
        .iter()
        .map(|row| Suspect {
            image: &row.image,
            given: &row.given,
            suggested: row.suggested.clone().unwrap_or_default(),
            truth: row.truth.as_deref(),
            clean: match row.learners.is_empty() {
                true => vec![("", row.clean)],
                false => audit.learners.iter().map(String::as_str).zip(row.learners.iter().copied()).collect(),
            },
        })
        .collect()
}

fn of_clean(clean: &CleanTable) -> Vec<Suspect<'_>> {
    let mut rows: Vec<_> = clean.rows.iter().filter_map(|row| Some((row.mean()?, row))).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter()
        .map(|(_, row)| Suspect {
            image: &row.image,
            given: &row.given,
            suggested: suggestions(row).join(" or "),
            truth: row.truth.as_deref(),
            clean: clean.learners.iter().map(String::as_str).zip(row.clean.iter().copied()).collect(),
        })
        .collect()
}

/// Each suggested class once, in the order of the learners.
fn suggestions(row: &CleanRow) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in row.suggested.iter().flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

fn card(s: &Suspect<'_>, pictures: &Pictures) -> Card {
    let mut rows = vec![CardRow::new("given", s.given, "")];
    if !s.suggested.is_empty() {
        rows.push(CardRow::new("suggested", s.suggested.as_str(), ""));
    }
    if let Some(truth) = s.truth {
        rows.push(CardRow::new("true", truth, if truth == s.given { "good" } else { "bad" }));
    }
    for (learner, clean) in &s.clean {
        let label = if learner.is_empty() { "right" } else { learner };
        rows.push(CardRow::new(label, figure(*clean), ""));
    }
    let (picture, missing) = pictures.shown(s.image);
    Card { picture, missing, key: s.image.to_owned(), rows }
}
