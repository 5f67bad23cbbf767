//! What became of the cells.

use crate::output::table;
use mlpt_core::event::duration;
use serde::Serialize;
use std::path::PathBuf;

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// It was finished before.
    Before,
    /// It was run.
    Done,
    /// It ended with an error.
    Failed,
    /// It was asked to stop, or not begun.
    Left,
}

/// A cell at the end of a sweep.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Ended {
    pub(super) name: String,
    pub(super) dir: PathBuf,
    pub(super) state: State,
    /// Test accuracy in percent, where there is a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) accuracy: Option<f64>,
    /// How long it ran in this sweep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seconds: Option<f64>,
    /// What it said at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// The end of a sweep.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) folder: PathBuf,
    pub(super) stopped: bool,
    pub(super) seconds: f64,
    pub(super) cells: Vec<Ended>,
}

impl Ended {
    /// Its line in a list.
    pub(super) fn row(&self) -> Vec<String> {
        let accuracy = self.accuracy.map_or_else(String::new, |a| format!("{a:.1} %"));
        let state = match self.state {
            State::Before => "finished",
            State::Done => "done",
            State::Failed => "FAILED",
            State::Left => "left",
        };
        let seconds = self.seconds.map_or_else(String::new, duration);
        vec![state.to_owned(), self.name.clone(), accuracy, seconds]
    }
}

impl Outcome {
    pub(super) fn failed(&self) -> usize {
        self.count(State::Failed)
    }

    fn count(&self, state: State) -> usize {
        self.cells.iter().filter(|cell| cell.state == state).count()
    }

    pub(super) fn text(&self) -> String {
        let rows: Vec<Vec<String>> = self.cells.iter().map(Ended::row).collect();
        let mut out = format!("\n{}\n", table(&rows, 0));
        let (done, before) = (self.count(State::Done), self.count(State::Before));
        let (failed, left) = (self.failed(), self.count(State::Left));
        out += &format!(
            "{done} done in {}, {before} finished before, {failed} failed, {left} left\n",
            duration(self.seconds)
        );
        for cell in self.cells.iter().filter(|cell| cell.state == State::Failed) {
            let said = cell.error.as_deref().unwrap_or("it said nothing");
            out += &format!(
                "\n{} failed; all that it said is in {}\n",
                cell.name,
                super::process::said(&cell.dir).display()
            );
            out += &format!("  {}\n", said.replace('\n', "\n  "));
        }
        out + &format!("\nTables: mlpt results {}\n", self.folder.display())
    }
}
