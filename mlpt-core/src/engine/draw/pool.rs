//! The larger pool of `DATASET.POOL expand`.

use super::fresh::Spoil;
use crate::Result;
use crate::data::noise::{Amount, Level, NoiseScope};
use crate::data::{Item, Noisy, Splits, fewshot_indices};
use crate::rng::RngTree;
use std::collections::{BTreeMap, BTreeSet};

/// The few-shot items with the same given labels, and for each class as many more of its images as
/// there are, up to `num_expand` times the shots together. `from` are the positions to draw from and
/// `chosen` those that training has.
///
/// The further images are spoilt at the same rate. A class with `m` of them has
/// `round(m * NUM_FP / NUM_SHOTS)` or `round(m * RATE)` wrong ones, so that NUM_EXPAND * NUM_FP of a full
/// pool are wrong; with global scope that is so of all further images together.
///
/// # Errors
/// When the noise is not possible.
pub(super) fn pool(
    splits: &Splits,
    train: &[Noisy],
    (from, chosen): (&[usize], &[usize]),
    (shots, num_expand): (usize, usize),
    amount: Amount,
    spoil: &Spoil<'_>,
    rng: &RngTree,
) -> Result<Vec<Noisy>> {
    let labels: Vec<usize> = splits.train.iter().map(|i| i.label).collect();
    let taken: BTreeSet<usize> = chosen.iter().copied().collect();
    let rest: Vec<usize> = from.iter().copied().filter(|i| !taken.contains(i)).collect();
    let more = shots.saturating_mul(num_expand.saturating_sub(1)).min(labels.len());
    let extra = match more {
        0 => Vec::new(),
        more => fewshot_indices(&labels, &rest, more as i64, &rng.child("pool")),
    };
    // Classes with as many further images stand together, smaller ones first.
    let mut by_size: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for label in 0..splits.class_names.len() {
        let own: Vec<usize> = extra.iter().copied().filter(|&i| labels[i] == label).collect();
        if !own.is_empty() {
            by_size.entry(own.len()).or_default().extend(own);
        }
    }
    let mut used: BTreeSet<String> = train.iter().map(|n| n.item.image.key().to_owned()).collect();
    let mut pool = train.to_vec();
    let rng = rng.child("noise").child("pool");
    for (own, amount, rng) in parts(by_size, amount, shots, &rng) {
        let items: Vec<Item> = own.iter().map(|&i| splits.train[i].clone()).collect();
        // An image is wrong for one class at most.
        let donors: Vec<Item> = splits.train.iter().filter(|i| !used.contains(i.image.key())).cloned().collect();
        let spoilt = spoil(&items, &donors, amount, rng)?;
        used.extend(spoilt.iter().map(|n| n.item.image.key().to_owned()));
        pool.extend(spoilt);
    }
    Ok(pool)
}

/// Which further items are spoilt together, and how much of them. A count a class is another one for
/// each size; a share is the same for all.
fn parts(
    by_size: BTreeMap<usize, Vec<usize>>,
    amount: Amount,
    shots: usize,
    rng: &RngTree,
) -> Vec<(Vec<usize>, Amount, RngTree)> {
    let together = match (amount.level, amount.scope) {
        (Level::Count(num_fp), NoiseScope::Class) if num_fp > 0 => {
            let part = |(size, own): (usize, Vec<usize>)| {
                let wrong = (size * num_fp + shots / 2) / shots;
                (own, Amount::count(wrong), rng.at(size))
            };
            return by_size.into_iter().map(part).collect();
        }
        (Level::Count(num_fp), NoiseScope::Global) => Amount::rate(num_fp as f64 / shots as f64).over_all(),
        _ => amount,
    };
    let all: Vec<usize> = by_size.into_values().flatten().collect();
    if all.is_empty() { Vec::new() } else { vec![(all, together, rng.clone())] }
}
