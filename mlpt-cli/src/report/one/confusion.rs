//! Which classes are taken for which.

use crate::report::chart::heat;
use crate::report::number::share;
use crate::report::page::{Block, Cell, Section, Table};
use anyhow::Result;
use mlpt_core::report::{ClassRow, Confusion, RunFiles};

/// Up to so many classes are drawn as a field.
const DRAWN: usize = 50;
/// So many confusions are listed of more classes.
const LISTED: usize = 30;

pub(super) fn section(files: &RunFiles) -> Result<Section> {
    let blocks = match &files.predictions {
        None => vec![Block::text(why_not(files))],
        Some(predictions) => {
            let names = files.facts.as_ref().map(|f| f.class_names.clone()).unwrap_or_default();
            let confusion = predictions.confusion(&names)?;
            vec![matrix(&confusion)?, classes(&confusion)]
        }
    };
    Ok(Section::new("confusion", "Confusion", blocks))
}

/// Why there are no predictions.
pub(super) fn why_not(files: &RunFiles) -> &'static str {
    match files.run.result.scores {
        None => "The run made no final test (TEST.NO_TEST), so nothing is known of single images.",
        Some(_) => "There is no predictions.csv in this folder: an earlier version of the program made this run.",
    }
}

fn matrix(confusion: &Confusion) -> Result<Block> {
    if confusion.names.len() <= DRAWN {
        let title = "True classes (rows) and predicted ones (columns)";
        return Ok(Block::Figures { figures: vec![heat(title, confusion)?] });
    }
    let pairs = confusion.pairs(LISTED);
    if pairs.is_empty() {
        return Ok(Block::text("Every image was recognised."));
    }
    let rows = pairs.into_iter().map(|(class, other, n)| vec![class.into(), other.into(), n.to_string().into()]);
    let n = confusion.names.len();
    Ok(Block::Table(Table {
        head: ["True class", "Taken for", "Images"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
        words: 2,
        caption: vec![format!(
            "The {LISTED} most frequent confusions; a matrix of {n} classes would be too large to read."
        )],
        ..Table::default()
    }))
}

fn classes(confusion: &Confusion) -> Block {
    let row = |c: ClassRow| -> Vec<Cell> {
        let confused = c.confused.map_or_else(|| "–".to_owned(), |(name, n)| format!("{name} ({n})"));
        vec![
            c.name.into(),
            confused.into(),
            c.images.to_string().into(),
            c.right.to_string().into(),
            share(c.recall).into(),
            share(c.precision).into(),
            share(c.f1).into(),
        ]
    };
    let head = ["Class", "Most often taken for", "Images", "Right", "Recall", "Precision", "F1"];
    let about = "Recall: share of the class's images that were recognised; precision: share of the class among what was taken \
                 for it; F1: their harmonic mean. A dash stands where there is nothing to divide by.";
    Block::Table(Table {
        head: head.map(str::to_owned).to_vec(),
        rows: confusion.classes().into_iter().map(row).collect(),
        words: 2,
        sortable: true,
        caption: vec![about.to_owned()],
        ..Table::default()
    })
}
