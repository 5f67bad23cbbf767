//! Every run with its figures and where it lies.

use crate::report::number::{percent, share};
use crate::report::page::{Block, Cell, Section, Table};
use mlpt_core::event::duration;
use mlpt_core::results::{Found, Run};
use std::fmt::Write;
use std::path::{Component, Path};

const HEAD: [&str; 10] =
    ["Trainer", "Loss", "Data set", "Folder", "Wrong", "Seed", "Accuracy", "Zero-shot", "AUROC", "Time"];

pub(super) fn section(found: &Found, place: &Path) -> Section {
    let rows = found.runs.iter().map(|run| row(run, place)).collect();
    let about = "Wrong: how many training labels are known to be wrong; AUROC: of finding them. A folder's name leads to its own \
                 report where it has one.";
    let table = Table {
        head: HEAD.map(str::to_owned).to_vec(),
        rows,
        words: 4,
        sortable: true,
        caption: vec![about.to_owned()],
        ..Table::default()
    };
    Section::new("runs", "All runs", vec![Block::Table(table)])
}

fn row(run: &Run, place: &Path) -> Vec<Cell> {
    let r = &run.result;
    let dash = || "–".to_owned();
    let folder = run.dir.display().to_string();
    vec![
        r.trainer.as_str().into(),
        run.loss.as_str().into(),
        r.dataset.as_str().into(),
        match address(&run.dir, place) {
            Some(address) => Cell::link(folder, address),
            None => Cell::code(folder),
        },
        r.noise.wrong.to_string().into(),
        r.seed.to_string().into(),
        r.scores.map_or_else(dash, |s| percent(s.accuracy)).into(),
        r.zero_shot.map_or_else(dash, |s| percent(s.accuracy)).into(),
        share(r.detection.as_ref().and_then(|d| d.mean.auroc)).into(),
        duration(r.elapsed_s).into(),
    ]
}

/// The address of a run's report, or else of its folder, seen from `place`; `None` where it does not lie below.
fn address(run: &Path, place: &Path) -> Option<String> {
    let (run, place) = (run.canonicalize().ok()?, place.canonicalize().ok()?);
    let below = run.strip_prefix(&place).ok()?;
    let mut address = String::from("./");
    for part in below.components() {
        let Component::Normal(name) = part else { return None };
        address.push_str(&encoded(name.to_str()?));
        address.push('/');
    }
    if run != place && run.join("report.html").is_file() {
        address.push_str("report.html");
    }
    Some(address)
}

/// A name as a part of an address.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'=' | b',' | b'+' => {
                out.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("TRAINER=CoOp/a b#ü");
        std::fs::create_dir_all(&run).unwrap();
        assert_eq!(address(&run, dir.path()).unwrap(), "./TRAINER=CoOp/a%20b%23%C3%BC/");
        std::fs::write(run.join("report.html"), "").unwrap();
        assert_eq!(address(&run, dir.path()).unwrap(), "./TRAINER=CoOp/a%20b%23%C3%BC/report.html");
        assert_eq!(address(&run, &run).unwrap(), "./");
        assert_eq!(address(dir.path(), &run), None);
    }
}
