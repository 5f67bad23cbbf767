//! Which items are for training, validation and testing: as the data say, or drawn where they do not.

use mlpt_core::data::Item;
use mlpt_core::data::{in_three, set_aside};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::path::Path;

/// One of the three splits; its number is its place in arrays of three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Train = 0,
    Val = 1,
    Test = 2,
}

impl Part {
    /// The split that a word means, in upper or lower case.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "train" | "training" => Some(Part::Train),
            "val" | "valid" | "validation" | "dev" => Some(Part::Val),
            "test" | "testing" => Some(Part::Test),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        ["train", "val", "test"][self as usize]
    }
}

/// What there is to assign.
pub(super) struct Assign<'a> {
    /// The file or folder that messages name.
    pub(super) source: &'a Path,
    /// The raw class names by label.
    pub(super) classes: &'a [String],
    /// Every draw hangs on it and a class's raw name.
    pub(super) tree: RngTree,
    /// Whether validation images serve as test images where there are no others.
    pub(super) val_tests: bool,
}

impl Assign<'_> {
    /// Train, val and test. Where nobody says which image is for what, or all are for training, half
    /// of every class is for training, a fifth for validation and the rest for testing; where
    /// validation images are missing, a fifth of the training images is set aside.
    ///
    /// # Errors
    /// When a class has too few images for that, or none for training; when there are no images for
    /// training or testing.
    pub(super) fn parts(&self, items: Vec<(Item, Option<Part>)>) -> Result<[Vec<Item>; 3]> {
        let mut counts = [0; 3];
        items.iter().filter_map(|(_, part)| *part).for_each(|part| counts[part as usize] += 1);
        let [train, val, test] = counts;
        if val + test == 0 {
            return self.drawn(items.into_iter().map(|(item, _)| item).collect());
        }
        if train == 0 {
            return Err(self.fault("there are no training images: none has the split 'train'"));
        }
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        for (item, part) in items {
            parts[part.unwrap_or(Part::Train) as usize].push(item);
        }
        self.check_training(&parts)?;
        let [train, val, test] = parts;
        match (val.is_empty(), test.is_empty()) {
            (false, false) => Ok([train, val, test]),
            (false, true) if self.val_tests => {
                tracing::warn!(
                    "{}: no test images; the {} validation images are for testing, and a fifth of the training \
                     images for validation",
                    self.source.display(),
                    val.len()
                );
                let [train, aside] = self.aside(train)?;
                Ok([train, aside, val])
            }
            (false, true) => {
                Err(self
                    .fault("there are training and validation images, but no test images; give some the split 'test'"))
            }
            (true, _) => {
                let [train, aside] = self.aside(train)?;
                Ok([train, aside, test])
            }
        }
    }

    fn drawn(&self, items: Vec<Item>) -> Result<[Vec<Item>; 3]> {
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        for (class, items) in self.classes.iter().zip(self.by_class(items)) {
            let count = items.len();
            let drawn = in_three(items, &mut self.tree.child(class).rng()).ok_or_else(|| {
                self.fault(format!(
                    "class '{class}' has {}, too few for a split of 50, 20 and 30 %; 4 are enough",
                    images(count)
                ))
            })?;
            parts.iter_mut().zip(drawn).for_each(|(all, part)| all.extend(part));
        }
        Ok(parts)
    }

    fn aside(&self, train: Vec<Item>) -> Result<[Vec<Item>; 2]> {
        let mut parts = [Vec::new(), Vec::new()];
        for (class, items) in self.classes.iter().zip(self.by_class(train)) {
            let count = items.len();
            let drawn = set_aside(items, &mut self.tree.child(class).rng()).ok_or_else(|| {
                self.fault(format!(
                    "class '{class}' has {} for training, too few to set a fifth aside for validation; 3 are enough, \
                     or give some the split 'val'",
                    images(count)
                ))
            })?;
            parts.iter_mut().zip(drawn).for_each(|(all, part)| all.extend(part));
        }
        Ok(parts)
    }

    /// The items of every class by key, so that a draw does not hang on the order of lines or rows.
    fn by_class(&self, items: Vec<Item>) -> Vec<Vec<Item>> {
        let mut classes = vec![Vec::new(); self.classes.len()];
        for item in items {
            classes[item.label].push(item);
        }
        for items in &mut classes {
            items.sort_by(|a: &Item, b: &Item| a.image.key().cmp(b.image.key()));
        }
        classes
    }

    fn check_training(&self, [train, val, test]: &[Vec<Item>; 3]) -> Result<()> {
        let mut known = vec![false; self.classes.len()];
        train.iter().for_each(|item| known[item.label] = true);
        let stranger = test.iter().chain(val).find(|item| !known[item.label]);
        match stranger {
            Some(item) => Err(self.fault(format!(
                "class '{}' has no training images, but others, such as {}",
                self.classes[item.label],
                item.image.key()
            ))),
            None => Ok(()),
        }
    }

    fn fault(&self, message: impl Into<String>) -> Error {
        Error::data(self.source, message)
    }
}

fn images(count: usize) -> String {
    format!("{count} image{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
#[path = "assign_tests.rs"]
mod tests;
