//! Which items are made wrong: the one place that keeps counts, rates and scopes.

use super::amount::NUM_FP;
use super::weighted::heaviest;
use super::{NoiseContext, NoiseScope};
use crate::data::groups::by_label;
use crate::rng::Rng;
use crate::{Error, Result};
use rand::seq::SliceRandom;

/// A class and how much of it becomes wrong.
pub(super) struct Class {
    pub(super) label: usize,
    /// Positions of its items.
    items: Vec<usize>,
    wrong: usize,
    /// The positions, where they are drawn already.
    chosen: Option<Vec<usize>>,
}

impl Class {
    /// The positions of the items to spoil, distinct. `rng` is used where they are not drawn yet.
    pub(super) fn choose(mut self, rng: &mut Rng) -> Vec<usize> {
        self.chosen.unwrap_or_else(|| self.items.partial_shuffle(rng, self.wrong).0.to_vec())
    }
}

/// Every class in first-seen order with what becomes wrong of it; none where no noise is asked for.
///
/// # Errors
/// When there are fewer items than shall be wrong, or a label is not below the number of classes.
pub(super) fn classes_with(ctx: &NoiseContext<'_>) -> Result<Vec<Class>> {
    classes_among(ctx, |_| true, None)
}

/// As [`classes_with`], of the classes that `able` holds for; all others stay clean and do not count.
/// With `weights`, one above 0 for each item, heavier items are more likely to be chosen.
pub(super) fn classes_among(
    ctx: &NoiseContext<'_>,
    able: impl Fn(usize) -> bool,
    weights: Option<&[f64]>,
) -> Result<Vec<Class>> {
    if ctx.amount.is_none() {
        return Ok(Vec::new());
    }
    let mut classes = by_label(ctx.items.iter().map(|i| i.label));
    if let Some((label, _)) = classes.iter().find(|(label, _)| *label >= ctx.num_classes()) {
        let message = format!("label {label} is not below the number of classes, {}", ctx.num_classes());
        return Err(Error::invalid(message));
    }
    classes.retain(|(label, _)| able(*label));
    match ctx.amount.scope {
        NoiseScope::Class => classes.into_iter().map(|class| in_class(ctx, class, weights)).collect(),
        NoiseScope::Global => over_all(ctx, classes, weights),
    }
}

fn in_class(ctx: &NoiseContext<'_>, (label, items): (usize, Vec<usize>), weights: Option<&[f64]>) -> Result<Class> {
    let wrong = ctx.amount.of_class(items.len());
    if items.len() < wrong {
        return Err(Error::invalid(format!(
            "{NUM_FP} is {wrong}, but class {label} has only {} items (such as {}); lower it, or raise \
             DATASET.NUM_SHOTS",
            items.len(),
            ctx.items[items[0]].image.key()
        )));
    }
    let mut rng = ctx.rng.at(label).child("weights").rng();
    let chosen = weights.map(|w| heaviest(&items, w, wrong, &mut rng));
    Ok(Class { label, items, wrong, chosen })
}

fn over_all(ctx: &NoiseContext<'_>, classes: Vec<(usize, Vec<usize>)>, weights: Option<&[f64]>) -> Result<Vec<Class>> {
    let mut all: Vec<usize> = classes.iter().flat_map(|(_, items)| items.iter().copied()).collect();
    all.sort_unstable();
    let wrong = ctx.amount.of_all(all.len(), classes.len());
    if all.len() < wrong {
        return Err(Error::invalid(format!(
            "{}, times {} classes, is {wrong} wrong items, but there are only {}; lower it, or raise \
             DATASET.NUM_SHOTS",
            ctx.amount,
            classes.len(),
            all.len()
        )));
    }
    let mut rng = ctx.rng.child("global").rng();
    let chosen = match weights {
        Some(weights) => heaviest(&all, weights, wrong, &mut rng),
        None => all.partial_shuffle(&mut rng, wrong).0.to_vec(),
    };
    let class = |(label, items): (usize, Vec<usize>)| {
        let own: Vec<usize> = chosen.iter().copied().filter(|&i| ctx.items[i].label == label).collect();
        Class { label, items, wrong: own.len(), chosen: Some(own) }
    };
    Ok(classes.into_iter().map(class).collect())
}
