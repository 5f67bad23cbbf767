//! Paired differences: two methods on the same seeds, the same images and the same wrong labels.

use super::same::short;
use super::{Cell, Member, Summary};
use serde::Serialize;
use std::collections::BTreeMap;

/// The difference of two methods over the seeds that both have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Paired {
    /// Mean, deviation and interval of the differences; `None` where nothing pairs.
    pub summary: Option<Summary>,
    /// The seeds that pair, in order.
    pub pairs: Vec<Pair>,
    /// The seeds that do not, in order.
    pub unpaired: Vec<Unpaired>,
    /// Numbers of both cells' footnotes, from 1.
    pub footnotes: Vec<usize>,
}

/// One seed of both methods.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The seed.
    pub seed: u64,
    /// The first method's figure.
    pub first: f64,
    /// The second method's figure.
    pub second: f64,
    /// First minus second.
    pub difference: f64,
}

/// A seed that does not count, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unpaired {
    /// The seed.
    pub seed: u64,
    /// Why.
    pub reason: String,
}

/// First minus second, seed by seed. A seed counts when both have one run of it, with a figure, the
/// same noise manifest, the same data and the same model; `names` are the two methods' for the reasons.
pub fn pair(first: &Cell, second: &Cell, names: [&str; 2]) -> Paired {
    let mut seeds: BTreeMap<u64, [Vec<&Member>; 2]> = BTreeMap::new();
    for (side, cell) in [first, second].into_iter().enumerate() {
        for member in &cell.members {
            seeds.entry(member.seed).or_default()[side].push(member);
        }
    }
    let (mut pairs, mut unpaired) = (Vec::new(), Vec::new());
    for (seed, sides) in seeds {
        match one(seed, &sides, names) {
            Ok(pair) => pairs.push(pair),
            Err(reason) => unpaired.push(Unpaired { seed, reason }),
        }
    }
    let differences: Vec<f64> = pairs.iter().map(|p| p.difference).collect();
    let mut footnotes = [first.footnotes.as_slice(), second.footnotes.as_slice()].concat();
    footnotes.sort_unstable();
    footnotes.dedup();
    Paired { summary: Summary::of(&differences), pairs, unpaired, footnotes }
}

fn one(seed: u64, [first, second]: &[Vec<&Member>; 2], names: [&str; 2]) -> Result<Pair, String> {
    let (a, b) = match (first.as_slice(), second.as_slice()) {
        ([a], [b]) => (a, b),
        ([], _) => return Err(format!("{} has no run of it", names[0])),
        (_, []) => return Err(format!("{} has no run of it", names[1])),
        ([_], _) => return Err(format!("{} has {} runs of it", names[1], second.len())),
        _ => return Err(format!("{} has {} runs of it", names[0], first.len())),
    };
    for (what, x, y) in [
        ("data", &a.data_digest, &b.data_digest),
        ("models", &a.model_digest, &b.model_digest),
        ("noise manifests", &a.noise_digest, &b.noise_digest),
    ] {
        if x.is_empty() || y.is_empty() {
            return Err(format!("the digest of the {what} is not recorded"));
        }
        if x != y {
            return Err(format!("the {what} differ ({} and {})", short(x), short(y)));
        }
    }
    match (a.value, b.value) {
        (Some(first), Some(second)) => Ok(Pair { seed, first, second, difference: first - second }),
        (None, _) => Err(format!("{} has no figure of it", names[0])),
        (_, None) => Err(format!("{} has no figure of it", names[1])),
    }
}
