//! Runs that came to nothing.

use super::Folder;
use crate::report::page::{Block, Cell, Section, Table};

pub(super) fn section(folder: &Folder) -> Section {
    let block = match folder.left.is_empty() {
        true => Block::text("Every run that was begun is finished."),
        false => {
            let row = |(dir, said): (&std::path::PathBuf, &String)| -> Vec<Cell> {
                vec![Cell::code(dir.display().to_string()), said.as_str().into()]
            };
            Block::Table(Table {
                head: ["Folder", "What it said last"].map(str::to_owned).to_vec(),
                rows: folder.left.iter().map(row).collect(),
                words: 2,
                caption: vec!["The command that made them goes on with them.".to_owned()],
                ..Table::default()
            })
        }
    };
    Section::new("left", "Not finished or failed", vec![block])
}
