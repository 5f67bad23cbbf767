//! How far this program's epochs are from the script's.

use super::golden::{Epoch, Golden, Scenario};
use super::replay::{Seen, replay};
use super::world::clip;
use crate::parity::Check;
use mlpt_core::Result;

const GROUP: &str = "epochs";
const REFERENCE: &str = "epochs.py (torch 2.15.0, scikit-learn 1.9.1)";

/// Differences that are let pass: five to ten times the largest that was seen in any scenario. All
/// but the probabilities' are relative to the quantity's largest value in the scenario.
mod tolerance {
    pub(super) const CONTEXTS: f64 = 5e-6;
    pub(super) const MOMENTA: f64 = 3e-5;
    pub(super) const LOSSES: f64 = 1e-5;
    pub(super) const NORMS: f64 = 2.5e-5;
    pub(super) const CLEAN: f64 = 2e-5;
    /// Both sides compute in f64 by the same formula.
    pub(super) const RATES: f64 = 1e-15;
    pub(super) const LOGITS: f64 = 1e-5;
}

/// Every quantity of every scenario. A scenario that cannot be run is a check that fails.
pub(crate) fn checks() -> Vec<Check> {
    let all = || -> Result<Vec<Check>> {
        let golden = Golden::read()?;
        let clip = clip(&golden)?;
        let mut all = Vec::new();
        for scenario in &golden.scenarios {
            let (seen, logits) = replay(&golden, scenario, &clip)?;
            all.extend(compare(&golden, scenario, &seen, &logits)?);
        }
        Ok(all)
    };
    all().unwrap_or_else(|e| vec![check(format!("cannot be run: {e}"), Pairs::default(), 0.0, false)])
}

fn compare(golden: &Golden, scenario: &Scenario, seen: &[Seen], logits: &[f64]) -> Result<Vec<Check>> {
    let [mut contexts, mut momenta, mut losses, mut norms] = [(); 4].map(|()| Pairs::default());
    let [mut order, mut clean, mut split, mut rates] = [(); 4].map(|()| Pairs::default());
    for (number, (epoch, ours)) in scenario.epochs.iter().zip(seen).enumerate() {
        for (which, learner) in scenario.learners.iter().enumerate() {
            let key = format!("{}/{}/{learner}", scenario.name, number + 1);
            contexts.add(&ours.contexts[which], &golden.numbers(&format!("{key}.ctx"))?);
            momenta.add(&ours.momenta[which], &golden.numbers(&format!("{key}.momentum"))?);
        }
        steps(ours, epoch, [&mut order, &mut losses, &mut norms, &mut rates]);
        let threshold = scenario.settings.get("WARMUP.THRESHOLD").and_then(|t| t.parse().ok()).unwrap_or(0.5);
        divisions(ours, epoch, threshold, &mut clean, &mut split);
    }
    let mut outputs = Pairs::default();
    outputs.add(logits, &golden.numbers(&format!("{}/logits", scenario.name))?);

    let what = |what: &str| format!("{}: {what}", scenario.name);
    let mut all = vec![
        check(what("contexts after each epoch"), contexts, tolerance::CONTEXTS, true),
        check(what("momentum buffers after each epoch"), momenta, tolerance::MOMENTA, true),
        check(what("losses of each step"), losses, tolerance::LOSSES, true),
        check(what("gradient norm of each step"), norms, tolerance::NORMS, true),
        check(what("learner and accuracy of each step, unequal ones"), order, 0.0, false),
        check(what("learning rate of each step"), rates, tolerance::RATES, true),
        check(what("test logits at the end"), outputs, tolerance::LOGITS, true),
    ];
    if scenario.learners.len() > 1 {
        all.push(check(what("clean probabilities"), clean, tolerance::CLEAN, false));
        all.push(check(what("split of the pool, items on the other side"), split, 0.0, false));
    }
    Ok(all)
}

/// Compares an epoch's steps. Losses that one side lacks are a difference without bound.
fn steps(ours: &Seen, epoch: &Epoch, [order, losses, norms, rates]: [&mut Pairs; 4]) {
    let accuracies = |acc: f64| (acc * 1e6).round();
    order.unequal(ours.steps.len(), epoch.steps.len());
    for (ours, theirs) in ours.steps.iter().zip(&epoch.steps) {
        order.unequal(&ours.learner, &theirs.learner);
        order.unequal(ours.acc.map(accuracies), Some(accuracies(theirs.acc)));
        let named = [("loss", Some(theirs.loss)), ("loss_x", theirs.loss_x), ("loss_u", theirs.loss_u)];
        let named: Vec<(&str, f64)> = named.into_iter().filter_map(|(name, loss)| Some((name, loss?))).collect();
        let ours_named: Vec<(&str, f64)> = ours.losses.iter().map(|(name, loss)| (name.as_str(), *loss)).collect();
        let values = |named: &[(&str, f64)]| named.iter().map(|(_, loss)| *loss).collect::<Vec<_>>();
        order.unequal(
            ours_named.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            named.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        );
        losses.add(&values(&ours_named), &values(&named));
        norms.add(&[ours.grad_norm], &[theirs.grad_norm]);
        rates.add(&[ours.lr], &[epoch.lr]);
    }
}

/// Compares what both learners think of the pool.
fn divisions(ours: &Seen, epoch: &Epoch, threshold: f64, clean: &mut Pairs, split: &mut Pairs) {
    split.unequal(ours.clean.len(), epoch.clean.len());
    split.unequal(&ours.counts, &epoch.labelled.iter().map(Vec::len).collect());
    for ((ours, theirs), labelled) in ours.clean.iter().zip(&epoch.clean).zip(&epoch.labelled) {
        clean.add(ours, theirs);
        for (index, probability) in ours.iter().enumerate() {
            split.unequal(*probability > threshold, labelled.contains(&index));
        }
    }
}

/// Numbers of this program beside the script's.
#[derive(Default)]
struct Pairs {
    count: usize,
    difference: f64,
    largest: f64,
}

impl Pairs {
    /// Adds lists of numbers; lists of different lengths, or what is no number, differ without bound.
    fn add(&mut self, ours: &[f64], theirs: &[f64]) {
        self.count += theirs.len();
        if ours.len() != theirs.len() {
            self.difference = f64::INFINITY;
        }
        for (ours, theirs) in ours.iter().zip(theirs) {
            let difference = (ours - theirs).abs();
            self.difference = if difference.is_nan() { f64::INFINITY } else { self.difference.max(difference) };
            self.largest = self.largest.max(theirs.abs());
        }
    }

    /// Counts what must be equal and is not.
    fn unequal<T: PartialEq>(&mut self, ours: T, theirs: T) {
        self.count += 1;
        self.difference += f64::from(u8::from(ours != theirs));
    }
}

fn check(what: String, pairs: Pairs, tolerance: f64, relative: bool) -> Check {
    let scale = if relative { pairs.largest } else { 1.0 };
    Check {
        group: GROUP,
        what,
        reference: REFERENCE,
        count: pairs.count,
        tolerance,
        difference: pairs.difference / scale,
        relative,
    }
}
