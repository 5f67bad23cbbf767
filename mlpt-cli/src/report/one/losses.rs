//! The losses of the pool, with the mixture that divided it.

use crate::report::chart::histogram;
use crate::report::page::{Block, Section};
use anyhow::{Result, bail};
use mlpt_core::report::RunFiles;

pub(super) fn section(files: &RunFiles, asked: &[usize]) -> Result<Section> {
    let all = files.metrics.as_ref().map(|m| m.histogram_epochs()).unwrap_or_default();
    let blocks = match (all.as_slice(), asked) {
        ([], []) => {
            let why = "There are no losses of the pool in metrics.jsonl: the trainer does not divide a pool by its losses, or \
                       an earlier version of the program made this run.";
            vec![Block::text(why)]
        }
        ([], _) => bail!("{}: --epochs: this run has no losses of a pool in metrics.jsonl", files.run.dir.display()),
        ([first, .., last] | [first @ last], asked) => {
            if let Some(epoch) = asked.iter().find(|epoch| !all.contains(epoch)) {
                bail!(
                    "{}: --epochs {epoch}: the epochs with losses of the pool are {first} to {last}",
                    files.run.dir.display()
                );
            }
            let middle = all[all.len() / 2];
            let mut epochs = if asked.is_empty() { vec![*first, middle, *last] } else { asked.to_vec() };
            epochs.sort_unstable();
            epochs.dedup();
            charts(files, &epochs)?
        }
    };
    Ok(Section::new("losses", "Losses of the pool", blocks))
}

fn charts(files: &RunFiles, epochs: &[usize]) -> Result<Vec<Block>> {
    let histograms = files.metrics.iter().flat_map(|m| &m.histograms);
    let mut figures = Vec::new();
    for h in histograms.filter(|h| epochs.contains(&h.epoch)) {
        figures.push((h.epoch, histogram(&format!("{}, epoch {}", h.learner(), h.epoch), h)?));
    }
    figures.sort_by_key(|(epoch, _)| *epoch);
    let about = "How many labels have which loss when the pool is divided, and how many each part of the fitted mixture \
                 expects there. A learner takes for clean what the first part explains; the better the two colours lie \
                 apart, the better it can tell.";
    Ok(vec![Block::text(about), Block::Figures { figures: figures.into_iter().map(|(_, figure)| figure).collect() }])
}
