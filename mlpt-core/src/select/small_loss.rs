//! Trust by the order of the losses.

use super::{Evidence, Selection, Selector};
use crate::config::Config;
use crate::{Error, Result};
use std::collections::BTreeMap;

/// Where its keys stand.
pub(super) const SECTION: &str = "SELECTOR";

crate::section! {
    /// Keys of `small-loss`.
    pub struct SmallLossConfig {
        /// small-loss: the share of the labels that is trusted, above 0 and at most 1; rounded to whole items, at
        /// least one.
        pub keep: f64 = 0.5, "KEEP";
        /// small-loss: take that share of every given class, not of the whole pool.
        pub by_class: bool = true, "BY_CLASS";
    }
}

/// Trusts the labels with the smallest losses (Co-teaching: Han et al., NeurIPS 2018, at a constant rate), those
/// of every given class or of all. Of equal losses the first in the pool comes first. Trusted labels stand as they
/// are (weight 1). The score of the item with rank `k` (from 0) of `n` is `1 - (k + 1/2) / n`.
#[derive(Clone, Debug)]
pub struct SmallLoss {
    keep: f64,
    by_class: bool,
}

impl SmallLoss {
    /// Checks the keys.
    ///
    /// # Errors
    /// [`Error::Config`] where the share is none.
    pub fn new(config: &SmallLossConfig) -> Result<Self> {
        let SmallLossConfig { keep, by_class } = *config;
        if !(keep > 0.0 && keep <= 1.0) {
            let fault = format!("{SECTION}.KEEP is {keep}: it must be greater than 0 and at most 1");
            return Err(Error::Config(vec![fault]));
        }
        Ok(Self { keep, by_class })
    }

    /// How many of `count` items are trusted: the share, rounded, but one where there is one.
    pub fn number(&self, count: usize) -> usize {
        ((self.keep * count as f64).round() as usize).max(1).min(count)
    }
}

/// Looks at the keys before anything is loaded.
pub(super) fn check(config: &Config) -> Result<()> {
    SmallLoss::new(&config.section(SECTION)?).map(drop)
}

impl Selector for SmallLoss {
    fn select(&self, evidence: &Evidence<'_>) -> Result<Selection> {
        let losses = evidence.losses;
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (item, &label) in evidence.given.iter().enumerate() {
            groups.entry(if self.by_class { label } else { 0 }).or_default().push(item);
        }
        let (mut clean, mut trusted) = (vec![0.0; losses.len()], vec![false; losses.len()]);
        for items in groups.values_mut() {
            // A stable sort; adding zero makes -0 and 0 the same.
            items.sort_by(|&a, &b| (losses[a] + 0.0).total_cmp(&(losses[b] + 0.0)));
            let number = self.number(items.len());
            for (rank, &item) in items.iter().enumerate() {
                clean[item] = 1.0 - (rank as f64 + 0.5) / items.len() as f64;
                trusted[item] = rank < number;
            }
        }
        Ok(Selection { degenerate: degenerate(losses), ..Selection::hard(clean, trusted) })
    }
}

fn degenerate(losses: &[f64]) -> Option<String> {
    let all_same = losses.windows(2).all(|pair| pair[0] == pair[1]);
    match losses.len() {
        0 => Some("there are no losses, so no label is trusted".to_owned()),
        1 => Some("there is only one loss, so its label is trusted".to_owned()),
        n if all_same => {
            Some(format!("all {n} losses are the same, so their order in the pool decides whose label is trusted"))
        }
        _ => None,
    }
}
