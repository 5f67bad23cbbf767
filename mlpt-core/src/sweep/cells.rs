//! The cells of a grid.

use super::grid::Grid;
use std::path::PathBuf;

/// One run of a grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// `CoOp NUM_FP=2 SEED=1`.
    pub name: String,
    /// Where it lies below the sweep's folder.
    pub folder: PathBuf,
    /// Its settings, those of all cells first, each as `KEY=VALUE`.
    pub words: Vec<String>,
}

/// Every combination, the last axis fastest.
pub fn cells(grid: &Grid) -> Vec<Cell> {
    let mut all = vec![Cell { name: String::new(), folder: PathBuf::new(), words: grid.words.clone() }];
    for axis in &grid.axes {
        all = all
            .iter()
            .flat_map(|cell| {
                axis.choices.iter().map(|choice| {
                    // What a trainer is called says it alone.
                    let name = match axis.name.as_str() {
                        "case" | "TRAINER" => choice.name.clone(),
                        name => format!("{name}={}", choice.name),
                    };
                    Cell {
                        name: format!("{} {name}", cell.name).trim_start().to_owned(),
                        folder: cell.folder.join(&choice.folder),
                        words: cell.words.iter().chain(&choice.words).cloned().collect(),
                    }
                })
            })
            .collect();
    }
    all
}
