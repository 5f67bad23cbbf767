//! The report of several runs.

mod folder;
mod left;
mod list;
mod noise;
mod tables;

pub(crate) use folder::Folder;

use super::number::count;
use super::page::{Block, Page, Section};
use anyhow::Result;
use std::path::Path;

/// The page about all runs of `folder`, to be written into the folder `place`.
///
/// # Errors
/// When a chart cannot be drawn.
pub(crate) fn many(folder: &Folder, allow_mixed: bool, place: &Path) -> Result<Page> {
    let runs = &folder.found.runs;
    let mut blocks = vec![Block::text(format!(
        "{}, {}",
        count(runs.len(), "finished run"),
        match folder.left.len() {
            0 => "none that is not finished.".to_owned(),
            n => format!("{n} not finished or failed."),
        }
    ))];
    // What cannot be averaged can still be listed.
    let mut charts = Vec::new();
    match tables::reports(&folder.found, allow_mixed) {
        Ok(reports) => {
            for (report, metric) in &reports {
                blocks.extend(tables::blocks(report, *metric));
                charts.extend(noise::figures(report, *metric)?);
            }
        }
        Err(error) => {
            let text = format!("There is no table of means: {error}");
            blocks.push(Block::note(text));
        }
    }
    let noise = match charts.is_empty() {
        true => Block::text("No method has runs at two levels of noise, so there is no curve over the noise."),
        false => Block::Figures { figures: charts },
    };
    let sections = vec![
        Section::new("results", "Results", blocks),
        Section::new("noise", "Against the noise", vec![noise]),
        list::section(&folder.found, place),
        left::section(folder),
    ];
    Ok(Page::new(folder.title.clone(), count(runs.len() + folder.left.len(), "run"), sections))
}
