//! Labels that somebody gave: from a file.

use super::listing::{Listing, named};
use super::{NoiseContext, NoiseModel, Noisy, amount};
use crate::config::{Config, Scope};
use crate::{Error, Result};
use std::collections::{HashMap, HashSet};

crate::section! {
    /// The section `NOISE.FILE`.
    pub struct GivenConfig {
        /// CSV file with the columns image (path below the data set's folder, as in noise.csv) and label or
        /// given_label (a class name or a label number). Images without a line keep their label.
        pub path: String = String::new(), "PATH";
    }
}

/// Where its settings stand.
pub(super) const SECTION: &str = "NOISE.FILE";
/// The setting that names the file.
pub(super) const PATH: &str = "NOISE.FILE.PATH";

/// Given labels from a CSV: a run's own `noise.csv`, or labels that people gave, as in CIFAR-N (Wei et
/// al. 2022). The split's labels count as the true ones.
pub struct GivenLabels {
    list: Listing,
}

impl GivenLabels {
    /// Reads the file that the settings name.
    ///
    /// # Errors
    /// When it is not there.
    pub fn new(scope: &Scope<'_>) -> Result<Self> {
        let config: GivenConfig = scope.config().section(SECTION)?;
        Ok(Self { list: Listing::read(PATH, &config.path)? })
    }

    /// Label and line by image.
    fn labels(&self, ctx: &NoiseContext<'_>) -> Result<HashMap<String, (usize, u64)>> {
        let known: HashSet<&str> = ctx.train.iter().map(|item| item.image.key()).collect();
        let mut labels: HashMap<String, (usize, u64)> = HashMap::new();
        for (line, [image, word]) in self.list.lines([&["image"], &["label", "given_label"]])? {
            let label = self.list.label(line, &word, ctx.class_names)?;
            if !known.contains(image.as_str()) {
                return Err(self.list.fault(line, &format!("image '{image}' is not in the training split")));
            }
            match labels.get(&image) {
                Some((other, first)) if *other != label => {
                    let message = format!("image '{image}' has label {label}, but {other} in line {first}");
                    return Err(self.list.fault(line, &message));
                }
                Some(_) => {}
                None => drop(labels.insert(image, (label, line))),
            }
        }
        Ok(labels)
    }
}

impl NoiseModel for GivenLabels {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        if !ctx.amount.is_none() {
            return Err(beside(&ctx.amount.to_string()));
        }
        let labels = self.labels(ctx)?;
        let mut noisy = super::clean(ctx.items);
        let mut silent = 0;
        for noisy in &mut noisy {
            match labels.get(noisy.item.image.key()) {
                Some((label, _)) => noisy.item.label = *label,
                None => silent += 1,
            }
        }
        if silent > 0 {
            tracing::warn!(
                "{} says nothing about {silent} of {} drawn images: they keep their label",
                self.list.path().display(),
                ctx.items.len()
            );
        }
        Ok(noisy)
    }

    fn inputs(&self) -> Vec<(&'static str, String)> {
        vec![(PATH, self.list.digest())]
    }
}

/// A look at the settings: how much is wrong, the file says.
///
/// # Errors
/// When a count or a rate is set, or no file is named.
pub(super) fn check(config: &Config) -> Result<()> {
    let amount = amount::Amount::read(config)?;
    if !amount.is_none() {
        return Err(beside(&amount.to_string()));
    }
    named(PATH, &config.get::<String>(PATH)?)
}

fn beside(amount: &str) -> Error {
    Error::Config(vec![format!(
        "NOISE.NAME is file and {amount} is set: what is wrong, {PATH} says alone; leave it out ({}=0, {}=null)",
        amount::NUM_FP,
        amount::RATE
    )])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{World, split};
    use super::super::{Amount, Manifest};

    #[test]
    fn a_runs_own_manifest_gives_the_same_labels() {
        let train = split(4, 10);
        let world = World::new(&train, 4);
        let first = world.apply("symmetric", &train, Amount::rate(0.3), 5).unwrap();
        let manifest = Manifest::new(&first);
        assert_eq!(manifest.wrong_count(), 12);
        let again = world.given(&manifest.to_csv()).apply("file", &train, Amount::count(0), 9).unwrap();
        assert_eq!(again, first, "whatever the seed");
    }

    #[test]
    fn images_without_a_line_keep_their_label() {
        let train = split(3, 4);
        let world = World::new(&train, 3).given("label,image\nclass_2,0/1.jpg\n1,2/8.jpg\n1,2/8.jpg\n");
        let got = world.apply("file", &train, Amount::count(0), 0).unwrap();
        let wrong: Vec<(usize, usize)> =
            (0..12).filter(|&i| got[i].item.label != train[i].label).map(|i| (i, got[i].item.label)).collect();
        assert_eq!(wrong, [(1, 2), (8, 1)]);
        assert!(got.iter().zip(&train).all(|(n, i)| n.true_label == Some(i.label) && n.item.image == i.image));
    }

    #[test]
    fn a_bad_list_is_told_with_its_line() {
        let train = split(3, 4);
        let told = |list: &str, amount| {
            let told = World::new(&train, 3).given(list).apply("file", &train, amount, 0).unwrap_err().to_string();
            assert!(!matches!(amount.level, super::super::Level::Count(0)) || told.contains("given.csv: "), "{told}");
            told
        };
        let none = Amount::count(0);
        assert!(told("image,label\n0/1.jpg,1\n5/1.jpg,1\n", none).contains("line 3: image '5/1.jpg' is not in the"));
        assert!(told("image,label\n0/1.jpg,owl\n", none).contains("line 2: there is no class 'owl'"));
        assert!(told("image,label\n0/1.jpg,3\n", none).contains("line 2: label 3 is not below 3"));
        assert!(
            told("image,labels\n0/1.jpg,1\n", none).contains("line 1: there is no column `label` or `given_label`")
        );
        let twice = told("image,label\n0/1.jpg,1\n0/2.jpg,1\n0/1.jpg,2\n", none);
        assert!(twice.contains("line 4: image '0/1.jpg' has label 2, but 1 in line 2"), "{twice}");
        for amount in [Amount::count(2), Amount::rate(0.5)] {
            let told = told("image,label\n0/1.jpg,1\n", amount);
            assert!(told.contains(&format!("NOISE.NAME is file and {amount} is set")), "{told}");
        }
    }
}
