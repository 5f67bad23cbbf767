//! Flips by a table: each class is taken for one other.

use super::classes::classes_among;
use super::listing::{Listing, named};
use super::{NoiseContext, NoiseModel, Noisy};
use crate::Result;
use crate::config::{Config, Scope};

crate::section! {
    /// The section `NOISE.ASYMMETRIC`.
    pub struct AsymmetricConfig {
        /// CSV file with the columns class and becomes: class names (with spaces or underscores) or label
        /// numbers. Classes that have no line stay clean.
        pub table: String = String::new(), "TABLE";
    }
}

/// Where its settings stand.
pub(super) const SECTION: &str = "NOISE.ASYMMETRIC";
/// The setting that names the table.
pub(super) const TABLE: &str = "NOISE.ASYMMETRIC.TABLE";

/// Items get the label that a table names for their class (Patrini et al. 2017 made such tables for
/// MNIST and CIFAR); counts, rates and scopes are of the classes in the table alone.
pub struct Asymmetric {
    table: Listing,
}

impl Asymmetric {
    /// Reads the table that the settings name.
    ///
    /// # Errors
    /// When it is not there.
    pub fn new(scope: &Scope<'_>) -> Result<Self> {
        let config: AsymmetricConfig = scope.config().section(SECTION)?;
        Ok(Self { table: Listing::read(TABLE, &config.table)? })
    }

    /// By label, what the class becomes.
    fn becomes(&self, class_names: &[String]) -> Result<Vec<Option<usize>>> {
        let mut first = vec![0; class_names.len()];
        let mut becomes = vec![None; class_names.len()];
        for (line, [class, other]) in self.table.lines([&["class"], &["becomes"]])? {
            let from = self.table.label(line, &class, class_names)?;
            let to = self.table.label(line, &other, class_names)?;
            if from == to {
                return Err(self.table.fault(line, &format!("class '{}' becomes itself", class.trim())));
            }
            if becomes[from].replace(to).is_some() {
                let message = format!("class '{}' stands in line {} already", class.trim(), first[from]);
                return Err(self.table.fault(line, &message));
            }
            first[from] = line;
        }
        Ok(becomes)
    }
}

impl NoiseModel for Asymmetric {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        let becomes = self.becomes(ctx.class_names)?;
        let mut noisy = super::clean(ctx.items);
        for class in classes_among(ctx, |label| becomes[label].is_some(), None)? {
            let Some(other) = becomes[class.label] else { continue };
            let rng = &mut ctx.rng.at(class.label).rng();
            for index in class.choose(rng) {
                noisy[index].item.label = other;
            }
        }
        Ok(noisy)
    }

    fn inputs(&self) -> Vec<(&'static str, String)> {
        vec![(TABLE, self.table.digest())]
    }
}

/// A look at the settings.
///
/// # Errors
/// When no table is named.
pub(super) fn check(config: &Config) -> Result<()> {
    named(TABLE, &config.get::<String>(TABLE)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{World, shown, split};
    use super::super::{Amount, Manifest};

    #[test]
    fn the_table_says_what_becomes_what() {
        let train = split(4, 10);
        let world = World::new(&train, 4).table("class,becomes\nclass 0,class_2\n2,0\n");
        let got = world.apply("asym", &train, Amount::rate(0.3), 1).unwrap();
        assert_eq!(Manifest::new(&got).wrong_count(), 6);
        for noisy in got.iter().filter(|n| n.item.label != shown(n)) {
            assert!([(0, 2), (2, 0)].contains(&(shown(noisy), noisy.item.label)), "{noisy:?}");
        }
        // Over all: of the twenty items that can be wrong.
        let got = world.apply("asym", &train, Amount::rate(0.25).over_all(), 1).unwrap();
        assert_eq!(Manifest::new(&got).wrong_count(), 5);
        let got = world.apply("asym", &train, Amount::count(2).over_all(), 1).unwrap();
        assert_eq!(Manifest::new(&got).wrong_count(), 4);
    }

    #[test]
    fn a_bad_table_is_told_with_its_line() {
        let train = split(3, 4);
        let told = |table: &str| {
            let world = World::new(&train, 3).table(table);
            let told = world.apply("asymmetric", &train, Amount::count(1), 0).unwrap_err().to_string();
            assert!(told.contains("table.csv: "), "{told}");
            told
        };
        assert!(told("class,becomes\n0,1\nclass 7,0\n").contains("line 3: there is no class 'class 7'"));
        assert!(told("class,becomes\n0,3\n").contains("line 2: label 3 is not below 3"));
        assert!(told("class,becomes\n0,1\n1,class_1\n").contains("line 3: class '1' becomes itself"));
        assert!(told("class,becomes\n0,1\n1,2\n0,2\n").contains("line 4: class '0' stands in line 2 already"));
        assert!(told("from,to\n0,1\n").contains("line 1: there is no column `class`"));
        assert!(told("class,becomes\n").contains("no line below its header"));
    }
}
