//! A fresh draw: few-shot items, noise, pool.

use crate::data::noise::FeatureSource;
use crate::data::{Item, NoiseContext, NoiseModel, Noisy, Splits, fewshot, fewshot_indices};
use crate::event::Events;
use crate::rng::RngTree;
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};

/// Validation images a class, at most (Zhou et al., IJCV 2022).
pub(super) const VAL_SHOTS: i64 = 4;

crate::section! {
    /// Which items are drawn, section `DATASET`.
    pub struct DrawConfig {
        /// Training images a class; below 1 means all of them.
        pub shots: i64 = -1, "NUM_SHOTS";
        /// How many of a class's shots get a wrong label or image.
        pub num_fp: usize = 0_usize, "NUM_FP";
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

/// Draws and spoils. The draws hang on the seed alone, so every trainer sees the same items.
///
/// With `POOL expand` the pool holds the few-shot items with the same given labels, and for each
/// class as many more of its images as there are, up to NUM_EXPAND times the shots together. Those
/// are spoilt at the same rate: a class with `m` more images has `round(m * NUM_FP / NUM_SHOTS)`
/// wrong ones among them, so that NUM_EXPAND * NUM_FP of a full pool are wrong.
///
/// # Errors
/// When the noise is not possible.
pub(super) fn draw(
    splits: &Splits,
    config: &DrawConfig,
    noise: &dyn NoiseModel,
    features: &dyn FeatureSource,
    rng: &RngTree,
) -> Result<Drawn> {
    let num_classes = splits.class_names.len();
    let labels: Vec<usize> = splits.train.iter().map(|i| i.label).collect();
    let everyone: Vec<usize> = (0..labels.len()).collect();
    let chosen = fewshot_indices(&labels, &everyone, config.shots, &rng.child("fewshot"));
    let items: Vec<Item> = chosen.iter().map(|&i| splits.train[i].clone()).collect();
    let num_shots = usize::try_from(config.shots).ok().filter(|&n| n > 0);
    let spoil = |items: &[Item], donors: &[Item], num_fp, num_shots, rng| {
        noise.apply(&NoiseContext { items, donors, num_classes, num_fp, num_shots, rng, features })
    };
    let shots = num_shots.unwrap_or_else(|| smallest(&labels)).max(1);
    let noise_rng = rng.child("noise");
    let train = spoil(&items, &splits.train, config.num_fp, shots, noise_rng.clone())?;

    let pool = match (config.pool.as_str(), num_shots) {
        ("train", _) => None,
        ("expand", None) => None, // all there is is in training already
        ("expand", Some(shots)) => {
            let taken: BTreeSet<usize> = chosen.iter().copied().collect();
            let rest: Vec<usize> = everyone.into_iter().filter(|i| !taken.contains(i)).collect();
            let more = shots.saturating_mul(config.num_expand.saturating_sub(1)).min(labels.len());
            let extra = match more {
                0 => Vec::new(),
                more => fewshot_indices(&labels, &rest, more as i64, &rng.child("pool")),
            };
            // Classes with as many extra images are spoilt together, at their own rate.
            let mut by_size: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for label in 0..num_classes {
                let own: Vec<usize> = extra.iter().copied().filter(|&i| labels[i] == label).collect();
                if !own.is_empty() {
                    by_size.entry(own.len()).or_default().extend(own);
                }
            }
            let mut used: BTreeSet<String> = train.iter().map(|n| n.item.image.key().to_owned()).collect();
            let mut pool = train.clone();
            for (size, own) in by_size {
                let wrong = (size * config.num_fp + shots / 2) / shots;
                let items: Vec<Item> = own.iter().map(|&i| splits.train[i].clone()).collect();
                // An image is wrong for one class at most.
                let donors: Vec<Item> =
                    splits.train.iter().filter(|i| !used.contains(i.image.key())).cloned().collect();
                let spoilt = spoil(&items, &donors, wrong, size, noise_rng.child("pool").at(size))?;
                used.extend(spoilt.iter().map(|n| n.item.image.key().to_owned()));
                pool.extend(spoilt);
            }
            Some(pool)
        }
        (other, _) => {
            return Err(Error::Config(vec![format!("DATASET.POOL is '{other}': it can be `train` or `expand`")]));
        }
    };

    let val_shots = num_shots.map_or(-1, |_| config.shots.min(VAL_SHOTS));
    let val = fewshot(&splits.val, val_shots, &rng.child("fewshot").child("val"));
    Ok(Drawn { train, pool, val })
}

/// What trainers see of the items.
pub(in crate::engine) fn given(items: &[Noisy]) -> Vec<Item> {
    items.iter().map(|n| n.item.clone()).collect()
}

fn smallest(labels: &[usize]) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(*label).or_default() += 1;
    }
    counts.into_values().min().unwrap_or(0)
}

/// Whether the training split can give what is asked for.
///
/// # Errors
/// When a class has too few images; a warning with `ALLOW_FEWER_SHOTS`.
pub(super) fn check(splits: &Splits, config: &DrawConfig, events: &mut Events) -> Result<()> {
    // Trainers that want some have been refused before.
    if splits.train.is_empty() {
        return Ok(());
    }
    let Ok(asked) = usize::try_from(config.shots) else { return Ok(()) };
    let mut counts = vec![0_usize; splits.class_names.len()];
    for label in splits.train.iter().map(|i| i.label) {
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
    let what = format!("{asked} training images a class are asked for (DATASET.NUM_SHOTS), but {some}{more}");
    if config.allow_fewer {
        events.warn(format!("{what}: all of those are taken"));
        return Ok(());
    }
    Err(Error::invalid(format!("{what}; ask for fewer, or take what there is with DATASET.ALLOW_FEWER_SHOTS true")))
}
