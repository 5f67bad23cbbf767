//! Half of the classes: base-to-new generalisation (Zhou et al., CVPR 2022).

use super::{Item, Splits};
use crate::config::Config;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const KEY: &str = "DATASET.SUBSAMPLE_CLASSES";

/// Which classes: `DATASET.SUBSAMPLE_CLASSES`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subsample {
    /// All.
    #[default]
    All,
    /// The first half of the labels, the larger one of an odd number.
    Base,
    /// The others.
    New,
}

impl Subsample {
    /// What the settings say.
    ///
    /// # Errors
    /// When it is none of the three.
    pub fn read(config: &Config) -> Result<Self> {
        config.get::<String>(KEY)?.parse()
    }

    /// `sign` and the name, for names of files and folders; nothing for all classes.
    pub fn suffix(self, sign: &str) -> String {
        if self == Self::All { String::new() } else { format!("{sign}{self}") }
    }
}

impl FromStr for Subsample {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_lowercase().as_str() {
            "all" => Ok(Self::All),
            "base" => Ok(Self::Base),
            "new" => Ok(Self::New),
            _ => Err(Error::Config(vec![format!("{KEY} is '{name}': it can be `all`, `base` or `new`")])),
        }
    }
}

impl fmt::Display for Subsample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Base => "base",
            Self::New => "new",
        })
    }
}

impl Splits {
    /// The splits with some of the classes: of `C` classes the first `ceil(C/2)` labels are the base
    /// ones. Other items are left out of all three splits, and labels count from 0 again, in the same
    /// order. To be called on clean labels.
    pub fn subsample(self, which: Subsample) -> Self {
        let half = self.class_names.len().div_ceil(2);
        let keep = match which {
            Subsample::All => return self,
            Subsample::Base => 0..half,
            Subsample::New => half..self.class_names.len(),
        };
        let part = |items: Vec<Item>| -> Vec<Item> {
            let relabelled = |item: Item| Item { label: item.label - keep.start, ..item };
            items.into_iter().filter(|item| keep.contains(&item.label)).map(relabelled).collect()
        };
        Self {
            train: part(self.train),
            val: part(self.val),
            test: part(self.test),
            class_names: self.class_names[keep.clone()].to_vec(),
            template: self.template,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::data::ImageRef;
    use std::path::Path;
    use std::sync::Arc;

    fn splits(classes: usize) -> Splits {
        let root: Arc<Path> = Arc::from(Path::new("root"));
        let items = |split: &str, each: usize| -> Vec<Item> {
            // Classes in turn: the order of items is to stay.
            let item = |i: usize| Item {
                image: ImageRef::File { root: root.clone(), relative: format!("{split}/{}/{i}", i % classes).into() },
                label: i % classes,
                domain: i,
            };
            (0..classes * each).map(item).collect()
        };
        let (train, val, test) = (items("train", 4), items("val", 1), items("test", 2));
        let class_names = (0..classes).map(|c| format!("name {c}")).collect();
        Splits { train, val, test, class_names, template: "a {}".to_owned() }
    }

    #[test]
    fn base_and_new_are_all_of_it() {
        for classes in [2, 5, 6] {
            let all = splits(classes);
            let (base, new) = (splits(classes).subsample(Subsample::Base), splits(classes).subsample(Subsample::New));
            assert_eq!(splits(classes).subsample(Subsample::All), all);
            assert_eq!(base.class_names.len(), classes.div_ceil(2));
            assert_eq!([base.class_names.clone(), new.class_names.clone()].concat(), all.class_names);
            for part in [&base, &new] {
                for (own, whole) in [(&part.train, &all.train), (&part.val, &all.val), (&part.test, &all.test)] {
                    assert!(!own.is_empty());
                    // An item keeps its image, its domain and, by name, its class, and the order stays.
                    let name = |item: &Item| part.class_names[item.label].clone();
                    let kept = whole.iter().filter(|i| part.class_names.contains(&all.class_names[i.label]));
                    let wanted: Vec<_> = kept.map(|i| (&i.image, i.domain, all.class_names[i.label].clone())).collect();
                    assert_eq!(own.iter().map(|i| (&i.image, i.domain, name(i))).collect::<Vec<_>>(), wanted);
                }
            }
            assert_eq!(base.train.len() + new.train.len(), all.train.len());
            assert!(base.digest() != new.digest() && base.digest() != all.digest());
        }
    }

    #[test]
    fn names() {
        assert_eq!("Base".parse::<Subsample>().unwrap().suffix("-"), "-base");
        assert_eq!(Subsample::All.suffix("-"), "");
        let told = "old".parse::<Subsample>().unwrap_err().to_string();
        assert_eq!(told, "DATASET.SUBSAMPLE_CLASSES is 'old': it can be `all`, `base` or `new`");
    }
}
