//! Rows of a batch in parts whose graphs fit into a budget.

use super::batch::TextBatch;
use super::layout::folds;
use super::size::TextSize;
use crate::Result;
use crate::clip::config::TextConfig;
use std::collections::BTreeSet;
use std::ops::Range;

/// The rows `0..R` in consecutive parts, each of which holds at most `budget` bytes of graph, or a single row; with a
/// budget of 0, all in one. A number takes `each` bytes. It hangs on shapes alone, never on what memory is free, for the
/// last bits of a feature hang on the part that it was computed in.
///
/// Groups that fold into products (see [`folds`]) are kept whole as far as they fit, and else cut one by one, so that no
/// part's attention has to copy prefixes for its rows.
///
/// # Errors
/// When the batch's prefixes have another rank than three.
pub fn text_parts(config: &TextConfig, batch: &TextBatch, budget: u64, each: usize) -> Result<Vec<Range<usize>>> {
    let whole = TextSize::of(batch)?;
    let rows = batch.rows.len();
    if budget == 0 || rows <= 1 || whole.graph_bytes(config, each) <= budget {
        return Ok(std::iter::once(0..rows).collect());
    }
    let fits = |size: &TextSize| size.graph_bytes(config, each) <= budget;
    let in_order = folds(&batch.rows, whole.groups);
    let group = rows / whole.groups.max(1);
    let groups_fit = in_order && (0..whole.groups).all(|g| fits(&of_rows(batch, &whole, g * group..(g + 1) * group)));
    let (step, border) = match (in_order, groups_fit) {
        (true, true) => (group.max(1), rows),
        (true, false) => (1, group.max(1)),
        (false, _) => (1, rows),
    };
    let mut parts = Vec::new();
    let mut from = 0;
    let mut part = Part::new(batch, &whole);
    for at in (0..rows).step_by(step) {
        let unit = at..(at + step).min(rows);
        let mut with = part.clone();
        with.add(unit.clone());
        if at > from && (at % border == 0 || !fits(&with.size)) {
            parts.push(from..at);
            from = at;
            with = Part::new(batch, &whole);
            with.add(unit);
        }
        part = with;
    }
    parts.push(from..rows);
    Ok(parts)
}

/// The size of some rows of a batch.
fn of_rows(batch: &TextBatch, whole: &TextSize, rows: Range<usize>) -> TextSize {
    let mut part = Part::new(batch, whole);
    part.add(rows);
    part.size
}

/// Rows that have been taken together so far.
#[derive(Clone)]
struct Part<'a> {
    batch: &'a TextBatch,
    groups: BTreeSet<usize>,
    size: TextSize,
}

impl<'a> Part<'a> {
    fn new(batch: &'a TextBatch, whole: &TextSize) -> Self {
        let none = TextSize { groups: 0, rows: 0, tokens: 0, longest: 0, ..*whole };
        Self { batch, groups: BTreeSet::new(), size: none }
    }

    fn add(&mut self, rows: Range<usize>) {
        for &(group, suffix) in &self.batch.rows[rows] {
            let tokens = self.batch.suffix_lens[suffix];
            self.groups.insert(group);
            self.size.rows += 1;
            self.size.tokens += tokens;
            self.size.longest = self.size.longest.max(tokens);
        }
        self.size.groups = self.groups.len();
    }
}
