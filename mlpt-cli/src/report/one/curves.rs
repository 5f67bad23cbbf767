//! Losses, learning rate and validation by epoch.

use crate::report::chart::{Line, LineChart};
use crate::report::page::{Block, Figure, Section};
use anyhow::Result;
use mlpt_core::report::{Metrics, RunFiles};
use std::collections::BTreeMap;

pub(super) fn section(files: &RunFiles) -> Result<Section> {
    let blocks = match &files.metrics {
        None => vec![Block::text("There is no metrics.jsonl in this folder, so there are no curves.")],
        Some(metrics) => blocks(metrics)?,
    };
    Ok(Section::new("curves", "Curves", blocks))
}

/// Lines of a chart by name.
type Named = Vec<(String, Vec<(f64, f64)>)>;

fn blocks(metrics: &Metrics) -> Result<Vec<Block>> {
    let mut figures = Vec::new();
    // One chart a loss; the learners are its lines.
    let mut losses: BTreeMap<&str, Named> = BTreeMap::new();
    for (name, values) in metrics.below("train/") {
        let (learner, loss) = name.rsplit_once('/').unwrap_or(("all learners", name));
        losses.entry(loss).or_default().push((learner.to_owned(), points(values)));
    }
    for (loss, learners) in losses {
        let title = if loss == "loss" { "Training loss".to_owned() } else { format!("Training loss: {loss}") };
        figures.extend(chart(title, loss, learners)?);
    }
    let rates = metrics.below("lr/").map(|(learner, values)| (learner.to_owned(), points(values))).collect();
    figures.extend(chart("Learning rate".to_owned(), "learning rate", rates)?);
    let val = metrics.scalars.get("val/accuracy");
    let val_lines = val.map(|values| vec![("val".to_owned(), points(values))]).unwrap_or_default();
    figures.extend(chart("Accuracy on the validation split".to_owned(), "accuracy, percent", val_lines)?);
    if figures.is_empty() {
        return Ok(vec![Block::text("This trainer trains nothing, so there are no curves.")]);
    }
    let mut blocks = vec![Block::Figures { figures }];
    if val.is_none() {
        let why = "The validation split was not looked at during training (TEST.FINAL_MODEL is not best_val).";
        blocks.push(Block::text(why));
    }
    Ok(blocks)
}

/// A chart over epochs, where there is a point.
pub(super) fn chart(title: String, y: &str, lines: Named) -> Result<Option<Figure>> {
    if lines.iter().all(|(_, points)| points.is_empty()) {
        return Ok(None);
    }
    let lines = lines.into_iter().enumerate().map(|(n, (label, points))| Line::nth(n, label, points)).collect();
    let chart = LineChart { title, x: "epoch".to_owned(), y: y.to_owned(), lines, whole: true, ..LineChart::default() };
    chart.figure().map(Some)
}

/// Epochs and values as points.
pub(super) fn points(values: &[(usize, f64)]) -> Vec<(f64, f64)> {
    values.iter().map(|(epoch, value)| (*epoch as f64, *value)).collect()
}
