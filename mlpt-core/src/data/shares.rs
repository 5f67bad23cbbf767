//! Splits that are drawn within one class, with the published shares.

use crate::data::{Item, Splits};
use crate::rng::{Rng, RngTree};
use crate::{Error, Result};
use rand::seq::SliceRandom;

/// Half of a class for training, a fifth for validation, the rest for testing, counts rounded half
/// to even (CoOp's rule for data sets without published splits). `None` where one would be empty.
pub fn in_three<T>(mut class: Vec<T>, rng: &mut Rng) -> Option<[Vec<T>; 3]> {
    let (train, val) = (share(0.5, class.len()), share(0.2, class.len()));
    if train == 0 || val == 0 || train + val >= class.len() {
        return None;
    }
    class.shuffle(rng);
    let test = class.split_off(train + val);
    let val = class.split_off(train);
    Some([class, val, test])
}

/// A fifth of a class set aside: what is kept, and the fifth (CoOp's rule where only training and
/// test images are published). `None` where the fifth would be empty.
pub fn set_aside<T>(mut class: Vec<T>, rng: &mut Rng) -> Option<[Vec<T>; 2]> {
    let count = share(0.2, class.len());
    if count == 0 {
        return None;
    }
    class.shuffle(rng);
    let kept = class.split_off(count);
    Some([kept, class])
}

impl Splits {
    /// For a set that has test images only: half of them for training, a fifth for validation, the
    /// rest for testing. The draw of a class hangs on `rng.at(label)` only.
    ///
    /// # Errors
    /// When a class has too few images.
    pub fn split_test(&mut self, rng: &RngTree) -> Result<()> {
        let mut classes: Vec<Vec<Item>> = vec![Vec::new(); self.class_names.len()];
        for item in std::mem::take(&mut self.test) {
            let class = classes.get_mut(item.label);
            class.ok_or_else(|| Error::invalid(format!("label {} has no class name", item.label)))?.push(item);
        }
        for (label, class) in classes.into_iter().enumerate() {
            let (name, count) = (&self.class_names[label], class.len());
            let [train, val, test] = in_three(class, &mut rng.at(label).rng()).ok_or_else(|| {
                Error::invalid(format!("DATASET.SPLIT_TEST: class '{name}' has {count} images; 4 are enough to split"))
            })?;
            self.train.extend(train);
            self.val.extend(val);
            self.test.extend(test);
        }
        Ok(())
    }
}

fn share(of: f64, n: usize) -> usize {
    (of * n as f64).round_ties_even() as usize
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_half_to_even_and_lose_nothing() {
        let rng = || RngTree::new(3).rng();
        for (n, sizes) in [(5, [2, 1, 2]), (7, [4, 1, 2]), (10, [5, 2, 3]), (4, [2, 1, 1])] {
            let parts = in_three((0..n).collect(), &mut rng()).unwrap();
            assert_eq!(parts.clone().map(|p| p.len()), sizes, "{n}");
            let mut all = parts.concat();
            all.sort_unstable();
            assert_eq!(all, (0..n).collect::<Vec<_>>());
        }
        assert!(in_three(vec![0; 2], &mut rng()).is_none());
        let [kept, aside] = set_aside((0..13).collect::<Vec<_>>(), &mut rng()).unwrap();
        assert_eq!((kept.len(), aside.len()), (10, 3)); // 2.6
        assert!(set_aside(vec![0; 2], &mut rng()).is_none());
    }
}
