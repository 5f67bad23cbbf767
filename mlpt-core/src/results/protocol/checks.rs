//! What is missing or does not fit, in words that say what to do.

use super::target::TargetKey;
use super::{Evaluated, Protocol};
use crate::results::group::Footnotes;
use crate::results::same::short;
use crate::results::{Options, Run};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// How many cases of one kind are told.
const SHOWN: usize = 3;

/// A run with its evaluations.
pub(super) struct Trained<'r> {
    pub(super) run: &'r Run,
    pub(super) evaluations: Vec<Evaluated>,
}

impl Trained<'_> {
    /// Its evaluation on a target, on the split that the run itself was evaluated on.
    ///
    /// # Errors
    /// When there is more than one, and the latest epoch's is not asked for.
    pub(super) fn on(
        &self,
        target: &TargetKey,
        options: &Options,
        footnotes: &mut Footnotes,
    ) -> Result<Option<&Evaluated>> {
        let fits = |e: &&Evaluated| e.target() == *target && e.result.split == self.run.result.split;
        let found: Vec<&Evaluated> = self.evaluations.iter().filter(fits).collect();
        let latest = found.iter().copied().max_by_key(|e| e.result.epoch);
        if found.len() > 1 {
            let files: Vec<String> = found.iter().map(|e| e.name()).collect();
            let lead = format!("{} was evaluated on {} more than once", self.run.dir.display(), target.label());
            if !options.allow_mixed {
                return Err(Error::invalid(format!(
                    "{lead}: {}; remove all but one of these files, or take the latest epoch with --allow-mixed",
                    files.join(", ")
                )));
            }
            footnotes.number(format!("{lead} ({}): the latest epoch counts", files.join(", ")));
        }
        Ok(latest)
    }
}

/// Gathers what a reader has to be told about the figures of a table.
#[derive(Default)]
pub(super) struct Findings {
    /// By target: who lacks it, and the command that helps the first.
    missing: BTreeMap<String, (Vec<String>, String)>,
    /// By target: the first evaluation with its file.
    grounds: BTreeMap<String, (String, usize, String)>,
    other: Vec<String>,
}

impl Findings {
    /// `run` has no figure of `target`.
    pub(super) fn lacks(&mut self, target: &TargetKey, who: String, run: &Run) {
        let (cases, _) = self.missing.entry(target.label()).or_insert_with(|| (Vec::new(), command(target, run)));
        cases.push(who);
    }

    /// A figure of `target` was taken from `evaluated`.
    ///
    /// # Errors
    /// When an earlier one was of other images.
    pub(super) fn uses(
        &mut self,
        target: &TargetKey,
        evaluated: &Evaluated,
        who: &str,
        run: &Run,
        options: &Options,
    ) -> Result<()> {
        let r = &evaluated.result;
        let (digest, images, place) =
            (short(&r.data_digest).to_owned(), r.scores.total, evaluated.path.display().to_string());
        match self.grounds.get(&target.label()) {
            None => {
                self.grounds.insert(target.label(), (digest, images, place));
            }
            // The validation split is drawn anew for each seed, so only its size counts.
            Some((first, count, other)) if *first != digest || *count != images => {
                let text = format!(
                    "{other} and {place} are not on the same images of {}: {count} images of data {first}, and {images} of \
                     data {digest}",
                    target.label()
                );
                if !options.allow_mixed {
                    return Err(Error::invalid(format!(
                        "{text}; evaluate both on the same data, or put them together with --allow-mixed"
                    )));
                }
                self.other.push(text);
            }
            Some(_) => {}
        }
        let last = run.settings.text("TEST.FINAL_MODEL") != Some("best_val");
        if let (true, Some(epoch)) = (last && run.result.epochs > 0, r.epoch.filter(|e| *e != run.result.epochs)) {
            let of = run.result.epochs;
            self.other.push(format!("{who} was evaluated on {} at epoch {epoch} of {of}", target.label()));
        }
        Ok(())
    }

    /// The number of images of a target, where some run was evaluated on it.
    pub(super) fn images(&self, target: &TargetKey) -> Option<usize> {
        self.grounds.get(&target.label()).map(|(_, images, _)| *images)
    }

    /// Everything, as notes.
    pub(super) fn notes(self) -> Vec<String> {
        let missing = self
            .missing
            .into_iter()
            .map(|(target, (cases, command))| format!("not evaluated on {target}: {}; `{command}`", some(&cases)));
        missing.chain(self.other).collect()
    }
}

/// What evaluates `run` on `target`.
fn command(target: &TargetKey, run: &Run) -> String {
    let dataset =
        if target.dataset == run.result.dataset { String::new() } else { format!(" --dataset {}", target.dataset) };
    let classes = if target.subsample == run.subsample {
        String::new()
    } else {
        format!(" DATASET.SUBSAMPLE_CLASSES={}", target.subsample)
    };
    format!("mlpt eval {}{dataset}{classes}", run.dir.display())
}

fn some(cases: &[String]) -> String {
    let shown = cases.len().min(SHOWN);
    let more = if cases.len() > shown { format!("; and {} more", cases.len() - shown) } else { String::new() };
    format!("{}{more}", cases[..shown].join("; "))
}

/// That there is nothing for `protocol`, and how to come by something.
pub(super) fn nothing(protocol: Protocol, runs: &[&Run]) -> Error {
    let example = runs.first().map_or_else(|| "RUN".to_owned(), |run| run.dir.display().to_string());
    Error::invalid(match protocol {
        Protocol::BaseToNew => format!(
            "--protocol base-to-new: none of the {} runs was trained on base classes; train with \
             DATASET.SUBSAMPLE_CLASSES=base, then evaluate with `mlpt eval RUN DATASET.SUBSAMPLE_CLASSES=new`",
            runs.len()
        ),
        Protocol::Transfer => format!(
            "--protocol transfer: none of the {} runs was evaluated on another data set; do so with \
             `mlpt eval {example} --dataset NAME`",
            runs.len()
        ),
    })
}
