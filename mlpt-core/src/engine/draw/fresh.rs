//! A fresh draw: few-shot items, noise, pool.

use super::pool::pool;
use crate::data::noise::{Amount, FeatureSource};
use crate::data::{Item, NoiseContext, NoiseModel, Noisy, Splits, fewshot, fewshot_indices};
use crate::event::Events;
use crate::rng::RngTree;
use crate::{Error, Result};

/// Validation images a class, at most (Zhou et al., IJCV 2022).
pub(super) const VAL_SHOTS: i64 = 4;

crate::section! {
    /// Which items are drawn, section `DATASET`.
    pub struct DrawConfig {
        /// Training images a class; below 1 means all of them.
        pub shots: i64 = -1, "NUM_SHOTS";
        /// What a mixture model sees: `train` or `expand`.
        pub pool: String = "train".to_owned(), "POOL";
        /// Size of the pool in few-shot sets, with `POOL expand`.
        pub num_expand: usize = 5_usize, "NUM_EXPAND";
        /// Take all of a class that has fewer images than NUM_SHOTS, with a warning, instead of
        /// stopping.
        pub allow_fewer: bool = false, "ALLOW_FEWER_SHOTS";
        /// Folder where draws are kept and shared between runs; empty keeps them with the run only.
        pub draws: String = String::new(), "DRAWS";
    }
}

/// The items of a run.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) struct Drawn {
    /// Training items with given labels.
    pub(in crate::engine) train: Vec<Noisy>,
    /// Pool items with given labels, where the pool is not the training items.
    pub(in crate::engine) pool: Option<Vec<Noisy>>,
    /// Validation items.
    pub(in crate::engine) val: Vec<Item>,
}

/// What the noise of a draw is.
#[derive(Clone, Copy)]
pub(super) struct Noise<'a> {
    pub(super) model: &'a dyn NoiseModel,
    pub(super) amount: Amount,
    pub(super) features: &'a dyn FeatureSource,
}

/// Spoils items: items, donors, amount and generator in, noisy items out.
pub(super) type Spoil<'a> = dyn Fn(&[Item], &[Item], Amount, RngTree) -> Result<Vec<Noisy>> + 'a;

/// Draws and spoils. The draws hang on the seed alone, so every trainer sees the same items.
///
/// # Errors
/// When the noise is not possible.
pub(super) fn draw(splits: &Splits, config: &DrawConfig, noise: Noise<'_>, rng: &RngTree) -> Result<Drawn> {
    let labels: Vec<usize> = splits.train.iter().map(|i| i.label).collect();
    let from = eligible(splits, config, noise);
    let chosen = fewshot_indices(&labels, &from, config.shots, &rng.child("fewshot"));
    let items: Vec<Item> = chosen.iter().map(|&i| splits.train[i].clone()).collect();
    let num_shots = usize::try_from(config.shots).ok().filter(|&n| n > 0);
    let noise_rng = rng.child("noise");
    let spoil = |items: &[Item], donors: &[Item], amount, rng| {
        noise.model.apply(&NoiseContext {
            items,
            donors,
            train: &splits.train,
            class_names: &splits.class_names,
            amount,
            rng,
            common: noise_rng.child("common"),
            features: noise.features,
        })
    };
    let train = spoil(&items, &splits.train, noise.amount, noise_rng.clone())?;

    let pool = match (config.pool.as_str(), num_shots) {
        ("train", _) => None,
        ("expand", None) => None, // all there is is in training already
        ("expand", Some(shots)) => {
            Some(pool(splits, &train, (&from, &chosen), (shots, config.num_expand), noise.amount, &spoil, rng)?)
        }
        (other, _) => {
            return Err(Error::Config(vec![format!("DATASET.POOL is '{other}': it can be `train` or `expand`")]));
        }
    };

    let val_shots = num_shots.map_or(-1, |_| config.shots.min(VAL_SHOTS));
    let val = fewshot(&splits.val, val_shots, &rng.child("fewshot").child("val"));
    Ok(Drawn { train, pool, val })
}

/// Positions of the training items that shots are drawn from. Where every item is asked for, the noise
/// has no say: it is for the noise to find out that there are too many.
pub(super) fn eligible(splits: &Splits, config: &DrawConfig, noise: Noise<'_>) -> Vec<usize> {
    let restricts = config.shots > 0 && !noise.amount.is_none();
    let some = restricts.then(|| noise.model.eligible(&splits.train)).flatten();
    some.unwrap_or_else(|| (0..splits.train.len()).collect())
}

/// What trainers see of the items.
pub(in crate::engine) fn given(items: &[Noisy]) -> Vec<Item> {
    items.iter().map(|n| n.item.clone()).collect()
}

/// Whether the training split can give what is asked for, from the items at `from`.
///
/// # Errors
/// When a class has too few images; a warning with `ALLOW_FEWER_SHOTS`.
pub(super) fn check(splits: &Splits, config: &DrawConfig, from: &[usize], events: &mut Events) -> Result<()> {
    // Trainers that want some have been refused before.
    if splits.train.is_empty() {
        return Ok(());
    }
    let Ok(asked) = usize::try_from(config.shots) else { return Ok(()) };
    let mut counts = vec![0_usize; splits.class_names.len()];
    for label in from.iter().map(|&i| splits.train[i].label) {
        let count = counts.get_mut(label);
        *count.ok_or_else(|| Error::invalid(format!("the data set has label {label}, but no name for it")))? += 1;
    }
    let short: Vec<String> = counts
        .iter()
        .zip(&splits.class_names)
        .filter(|(found, _)| **found < asked)
        .map(|(found, name)| format!("'{name}' has {found}"))
        .collect();
    if short.is_empty() {
        return Ok(());
    }
    let some = short.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if short.len() > 5 { format!(" and {} more classes", short.len() - 5) } else { String::new() };
    let part = match from.len() < splits.train.len() {
        true => " that this noise (NOISE.NAME) lets be right ones",
        false => "",
    };
    let what = format!("{asked} training images a class are asked for (DATASET.NUM_SHOTS), but {some}{more}{part}");
    if config.allow_fewer {
        events.warn(format!("{what}: all of those are taken"));
        return Ok(());
    }
    Err(Error::invalid(format!("{what}; ask for fewer, or take what there is with DATASET.ALLOW_FEWER_SHOTS true")))
}
