//! One named tree of host generators: every random draw of a run hangs on a path such as
//! `noise`, or `aug/3/17`, so that no draw depends on the order in which others were made.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The generator that every draw uses: portable, the same numbers on every machine.
pub type Rng = ChaCha8Rng;

/// A node of the tree. Children are found by name or number; a node never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RngTree {
    key: [u8; 32],
}

impl RngTree {
    /// The root for a run's `SEED`.
    pub fn new(seed: u64) -> Self {
        Self { key: Sha256::digest(seed.to_le_bytes()).into() }
    }

    /// The child called `name`.
    pub fn child(&self, name: &str) -> Self {
        self.extend(b's', name.as_bytes())
    }

    /// The child with the number `index` (an epoch, an item, a learner).
    pub fn at(&self, index: usize) -> Self {
        self.extend(b'i', &(index as u64).to_le_bytes())
    }

    /// A fresh generator that starts at this node; calling it twice gives the same draws twice.
    pub fn rng(&self) -> Rng {
        ChaCha8Rng::from_seed(self.key)
    }

    fn extend(&self, tag: u8, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update([tag]);
        hash.update(bytes);
        Self { key: hash.finalize().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;

    #[test]
    fn nodes_are_told_apart_and_repeat() {
        let root = RngTree::new(1);
        let draw = |t: &RngTree| t.rng().next_u64();
        assert_eq!(draw(&root.child("aug").at(3)), draw(&RngTree::new(1).child("aug").at(3)));
        let all = [
            root.clone(),
            root.child("a"),
            root.child("b"),
            root.at(0),
            root.at(1),
            RngTree::new(2),
            root.child("a").at(0),
        ];
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                assert_ne!(draw(a), draw(b));
            }
        }
    }
}
