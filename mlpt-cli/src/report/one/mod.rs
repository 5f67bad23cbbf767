//! The report of one run.

mod confusion;
mod curves;
mod detection;
mod errors;
mod head;
mod losses;
mod settings;
mod suspects;

use super::page::Page;
use super::pictures::Pictures;
use anyhow::Result;
use mlpt_core::report::RunFiles;

/// What a reader wants to see of a run.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Epochs whose losses are shown; without any the first, the middle and the last that has some.
    pub(crate) epochs: Vec<usize>,
    /// How many pictures a gallery has.
    pub(crate) gallery: usize,
}

/// The page about the run that `files` are of.
///
/// # Errors
/// When an epoch is asked for that has no losses, or a chart cannot be drawn.
pub(crate) fn one(files: &RunFiles, wanted: &Wanted, pictures: &Pictures) -> Result<Page> {
    let result = &files.run.result;
    let sections = vec![
        head::section(files),
        curves::section(files)?,
        detection::section(files)?,
        losses::section(files, &wanted.epochs)?,
        confusion::section(files)?,
        suspects::section(files, wanted.gallery, pictures),
        errors::section(files, wanted.gallery, pictures),
        settings::section(files),
    ];
    let title = format!("{} on {}", result.trainer, result.dataset);
    Ok(Page::new(title, format!("Report of the run in {}", files.run.dir.display()), sections))
}
