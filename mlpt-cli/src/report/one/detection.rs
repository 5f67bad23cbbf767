//! How well wrong labels are found.

use super::curves::{chart, points};
use crate::report::chart::{Line, LineChart};
use crate::report::number::share;
use crate::report::page::{Block, Cell, Figure, Section, Table};
use anyhow::Result;
use mlpt_core::report::{CleanTable, RunFiles, roc};

pub(super) fn section(files: &RunFiles) -> Result<Section> {
    let mut blocks = vec![Block::text(
        "A learner calls a label wrong where it does not trust it. Precision: how many of those are wrong indeed; recall: how \
         many of the wrong ones are called wrong; AUROC: how often a wrong label looks more wrong than a right one.",
    )];
    let mut figures = by_epoch(files)?;
    figures.extend(files.clean.as_ref().map(curve).transpose()?.flatten());
    if let Some(reason) = nothing_to_score(files) {
        blocks = vec![Block::text(reason)];
    }
    let mut clean = Vec::new();
    for (name, values) in files.metrics.iter().flat_map(|m| m.below("division/")) {
        if let Some(learner) = name.strip_suffix("/clean") {
            clean.push((learner.to_owned(), points(values)));
        }
    }
    figures.extend(chart("Labels held to be clean".to_owned(), "labels", clean)?);
    if !figures.is_empty() {
        blocks.push(Block::Figures { figures });
    }
    blocks.extend(last(files));
    Ok(Section::new("detection", "Wrong labels found", blocks))
}

/// Why there are no scores, where there are none.
fn nothing_to_score(files: &RunFiles) -> Option<&'static str> {
    if files.run.result.detection.is_some() {
        return None;
    }
    Some(match &files.clean {
        None => "This trainer does not look for wrong labels (there is no clean.csv).",
        Some(clean) if clean.rows.iter().all(|row| row.truth.is_none()) => {
            "Which labels are wrong is not known here, so it cannot be said how well they were found; the section of suspect \
             labels shows what the learners think."
        }
        Some(_) => "No label is known to be wrong here, so there was nothing to find.",
    })
}

/// A chart for each learner.
fn by_epoch(files: &RunFiles) -> Result<Vec<Figure>> {
    let Some(metrics) = &files.metrics else { return Ok(Vec::new()) };
    let mut figures = Vec::new();
    for learner in files.learners() {
        let line = |(n, (name, label)): (usize, (&str, &str))| {
            let values = metrics.scalars.get(&format!("detection/{learner}/{name}"))?;
            Some(Line { dashed: false, ..Line::nth(n, label, points(values)) })
        };
        let all = [("precision", "precision"), ("recall", "recall"), ("auroc", "AUROC")];
        let lines: Vec<Line> = all.into_iter().enumerate().filter_map(line).collect();
        if !lines.is_empty() {
            let title = format!("Finding wrong labels: {learner}");
            let (x, y, range) = ("epoch".to_owned(), "share".to_owned(), Some((0.0, 1.02)));
            figures.push(LineChart { title, x, y, lines, range, whole: true, diagonal: false }.figure()?);
        }
    }
    Ok(figures)
}

/// The receiver's curves after the last epoch.
fn curve(clean: &CleanTable) -> Result<Option<Figure>> {
    let mut lines = Vec::new();
    for (n, learner) in clean.learners.iter().enumerate() {
        let known = |row: &mlpt_core::report::CleanRow| Some((row.clean.get(n).copied()??, row.is_wrong()?));
        let items: Vec<(f64, bool)> = clean.rows.iter().filter_map(known).collect();
        if let Some(curve) = roc(&items) {
            lines.push(Line::nth(n, format!("{learner}, area {:.3}", curve.area), curve.points));
        }
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let chart = LineChart {
        title: "Receiver's curve after the last epoch".to_owned(),
        x: "right labels suspected, share".to_owned(),
        y: "wrong labels found, share".to_owned(),
        lines,
        range: Some((0.0, 1.02)),
        whole: false,
        diagonal: true,
    };
    chart.figure().map(Some)
}

/// The scores of the last epoch, by learner.
fn last(files: &RunFiles) -> Option<Block> {
    let found = files.run.result.detection.as_ref()?;
    let row = |name: &str, s: &mlpt_core::engine::DetectionScores| {
        let figures = [s.precision, s.recall, s.auroc, s.clean_accuracy].map(|v| Cell::from(share(v)));
        std::iter::once(Cell::from(name)).chain(figures).collect::<Vec<Cell>>()
    };
    let mut rows: Vec<Vec<Cell>> = found.learners.iter().map(|(name, scores)| row(name, scores)).collect();
    if rows.len() > 1 {
        rows.push(row("mean", &found.mean));
    }
    let head = ["Last epoch", "Precision", "Recall", "AUROC", "Right among those trusted"];
    Some(Block::Table(Table { head: head.map(str::to_owned).to_vec(), rows, words: 1, ..Table::default() }))
}
