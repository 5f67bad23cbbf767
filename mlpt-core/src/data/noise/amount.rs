//! How much is made wrong: `DATASET.NUM_FP` or `NOISE.RATE`, counted as `NOISE.SCOPE` says.

use crate::config::Config;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Key of the count.
pub const NUM_FP: &str = "DATASET.NUM_FP";
/// Key of the share.
pub const RATE: &str = "NOISE.RATE";
/// Key of where it is counted.
pub const SCOPE: &str = "NOISE.SCOPE";

/// Where wrong items are counted: `NOISE.SCOPE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoiseScope {
    /// In every class as many.
    #[default]
    Class,
    /// Over the whole list, whatever the items' classes.
    Global,
}

impl FromStr for NoiseScope {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_lowercase().as_str() {
            "class" => Ok(Self::Class),
            "global" => Ok(Self::Global),
            _ => Err(Error::Config(vec![format!("{SCOPE} is '{name}': it can be `class` or `global`")])),
        }
    }
}

impl fmt::Display for NoiseScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Class => "class",
            Self::Global => "global",
        })
    }
}

/// How many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// `DATASET.NUM_FP`: so many of every class; over the whole list, so many times the classes.
    Count(usize),
    /// `NOISE.RATE`: this share of the items, from 0 to 1.
    Rate(f64),
}

/// How much is made wrong, and where it is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    /// How many.
    pub level: Level,
    /// Of what.
    pub scope: NoiseScope,
}

impl Amount {
    /// `num_fp` of every class.
    pub fn count(num_fp: usize) -> Self {
        Self { level: Level::Count(num_fp), scope: NoiseScope::Class }
    }

    /// The share `rate` of every class.
    pub fn rate(rate: f64) -> Self {
        Self { level: Level::Rate(rate), scope: NoiseScope::Class }
    }

    /// The same, counted over the whole list.
    pub fn over_all(self) -> Self {
        Self { scope: NoiseScope::Global, ..self }
    }

    /// What the settings ask for. Where the rate is set, it counts.
    ///
    /// # Errors
    /// [`Error::Config`] when a value is out of range, or count and rate are both set and do not come
    /// to the same number of shots.
    pub fn read(config: &Config) -> Result<Self> {
        let num_fp: usize = config.get(NUM_FP)?;
        let rate: Option<f64> = config.get(RATE)?;
        let scope = config.get::<String>(SCOPE)?.parse()?;
        let Some(rate) = rate else { return Ok(Self { level: Level::Count(num_fp), scope }) };
        if !(0.0..=1.0).contains(&rate) {
            let origin = &config.resolved(RATE)?.origin;
            return Err(Error::Config(vec![format!("{RATE} is {rate} ({origin}): it must be from 0 to 1")]));
        }
        let shots: i64 = config.get("DATASET.NUM_SHOTS")?;
        let agree = shots > 0 && (rate * shots as f64 - num_fp as f64).abs() < 1e-9;
        if num_fp > 0 && !agree {
            let (count, share) = (&config.resolved(NUM_FP)?.origin, &config.resolved(RATE)?.origin);
            return Err(Error::Config(vec![format!(
                "{NUM_FP} is {num_fp} ({count}) and {RATE} is {rate} ({share}), which is not the same with \
                 DATASET.NUM_SHOTS {shots}; leave one of them out ({NUM_FP}=0 or {RATE}=null)"
            )]));
        }
        Ok(Self { level: Level::Rate(rate), scope })
    }

    /// Whether nothing is to be made wrong.
    pub fn is_none(&self) -> bool {
        match self.level {
            Level::Count(num_fp) => num_fp == 0,
            Level::Rate(rate) => rate <= 0.0,
        }
    }

    /// How many of the `n` items of one class, with class scope: NUM_FP, or `round(RATE * n)`, halves
    /// rounded up.
    pub fn of_class(&self, n: usize) -> usize {
        match self.level {
            Level::Count(num_fp) => num_fp,
            Level::Rate(rate) => share(rate, n),
        }
    }

    /// How many of `n` items of `classes` classes, with global scope: NUM_FP times `classes`, or
    /// `round(RATE * n)`, halves rounded up.
    pub fn of_all(&self, n: usize, classes: usize) -> usize {
        match self.level {
            Level::Count(num_fp) => num_fp.saturating_mul(classes),
            Level::Rate(rate) => share(rate, n),
        }
    }
}

fn share(rate: f64, n: usize) -> usize {
    // `as` saturates; a rate is at most 1.
    ((rate * n as f64).round() as usize).min(n)
}

impl fmt::Display for Amount {
    /// As messages name it: `NOISE.RATE 0.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Level::Count(num_fp) => write!(f, "{NUM_FP} {num_fp}"),
            Level::Rate(rate) => write!(f, "{RATE} {rate}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Registries;
    use crate::config::Layers;

    fn read(words: &[&str]) -> Result<Amount> {
        Amount::read(&Layers::new(&Registries::new()?).overrides(words).resolve()?)
    }

    #[test]
    fn counts_and_rates() {
        assert_eq!(read(&[]).unwrap(), Amount::count(0));
        assert_eq!(read(&["DATASET.NUM_FP=3"]).unwrap(), Amount::count(3));
        assert_eq!(read(&["NOISE.RATE=0.25", "NOISE.SCOPE=Global"]).unwrap(), Amount::rate(0.25).over_all());
        assert_eq!(read(&["NOISE.RATE=0"]).unwrap(), Amount::rate(0.0));
        assert!(Amount::rate(0.0).is_none() && Amount::count(0).is_none() && !Amount::rate(0.1).is_none());
        let of = |rate: f64| [1, 5, 6, 16].map(|n| Amount::rate(rate).of_class(n));
        assert_eq!(of(0.1), [0, 1, 1, 2]);
        assert_eq!(of(0.5), [1, 3, 3, 8]);
        assert_eq!(of(1.0), [1, 5, 6, 16]);
        assert_eq!(Amount::count(3).over_all().of_all(60, 5), 15);
        assert_eq!(Amount::rate(0.1).over_all().of_all(64, 4), 6);
    }

    #[test]
    fn both_must_mean_the_same() {
        let both = |rate| read(&["DATASET.NUM_SHOTS=16", "DATASET.NUM_FP=4", rate]);
        assert_eq!(both("NOISE.RATE=0.25").unwrap(), Amount::rate(0.25));
        let told = both("NOISE.RATE=0.3").unwrap_err().to_string();
        for part in ["DATASET.NUM_FP is 4 (command line)", "NOISE.RATE is 0.3 (command line)", "leave one of them out"]
        {
            assert!(told.contains(part), "{told}");
        }
        assert!(read(&["DATASET.NUM_FP=4", "NOISE.RATE=0.25"]).is_err(), "of all images no count is known");
        assert!(both("NOISE.RATE=0").is_err());
    }

    #[test]
    fn values_out_of_range_name_their_key() {
        for (word, wanted) in [
            ("NOISE.RATE=1.5", "NOISE.RATE is 1.5 (command line): it must be from 0 to 1"),
            ("NOISE.RATE=-0.1", "NOISE.RATE is -0.1"),
            ("NOISE.RATE=half", "NOISE.RATE: expected float"),
            ("NOISE.SCOPE=all", "NOISE.SCOPE is 'all': it can be `class` or `global`"),
            ("DATASET.NUM_FP=-1", "DATASET.NUM_FP: expected int of 0 or more, found -1"),
        ] {
            let told = read(&[word]).unwrap_err().to_string();
            assert!(told.contains(wanted), "{told}");
        }
    }
}
