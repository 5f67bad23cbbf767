#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::{Layers, Scope};
use crate::data::{ImageRef, fewshot};
use crate::rng::RngTree;
use crate::{Registries, Result};
use candle_core::{Device, Tensor};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// `classes` classes of `each` images, whose class can be told from the image's name.
pub(super) fn split(classes: usize, each: usize) -> Vec<Item> {
    let root: Arc<Path> = Arc::from(Path::new("root"));
    let item = |i: usize| Item {
        image: ImageRef::File { root: root.clone(), relative: Arc::from(format!("{}/{i}.jpg", i / each)) },
        label: i / each,
        domain: 0,
    };
    (0..classes * each).map(item).collect()
}

/// A data set with the settings and files that noise models may ask for.
pub(super) struct World {
    train: Vec<Item>,
    class_names: Vec<String>,
    words: Vec<String>,
    dir: tempfile::TempDir,
}

impl World {
    /// Classes are called `class 0`, `class 1`, and so on. The table of `asymmetric` makes of each the
    /// next; the list of `file` says something about one image, and no wrong thing.
    pub(super) fn new(train: &[Item], classes: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let class_names = (0..classes).map(|c| format!("class {c}")).collect();
        let world = Self { train: train.to_vec(), class_names, words: Vec::new(), dir };
        let next: Vec<String> = (0..classes).map(|c| format!("{c},{}\n", (c + 1) % classes)).collect();
        let first = format!("{},{}\n", train[0].image.key(), train[0].label);
        world.table(&format!("class,becomes\n{}", next.concat())).given(&format!("image,label\n{first}"))
    }

    pub(super) fn table(self, text: &str) -> Self {
        self.file("NOISE.ASYMMETRIC.TABLE", "table.csv", text)
    }

    pub(super) fn given(self, text: &str) -> Self {
        self.file("NOISE.FILE.PATH", "given.csv", text)
    }

    fn file(self, key: &str, name: &str, text: &str) -> Self {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        self.set(&format!("{key}={}", path.display()))
    }

    pub(super) fn set(mut self, word: &str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    fn model(&self, name: &str) -> Result<Box<dyn NoiseModel>> {
        let all = Registries::new()?;
        let config = Layers::new(&all).overrides(&self.words).resolve()?;
        let entry = all.noises.get(name)?;
        (entry.factory)(&Scope::new(&config, [entry.section_path(), String::new()]))
    }

    /// `shots` items of each class, as a run with this noise would draw them.
    pub(super) fn shots(&self, name: &str, shots: usize, seed: u64) -> Vec<Item> {
        let eligible = self.model(name).unwrap().eligible(&self.train);
        let positions = eligible.unwrap_or_else(|| (0..self.train.len()).collect());
        let from: Vec<Item> = positions.into_iter().map(|i| self.train[i].clone()).collect();
        fewshot(&from, shots as i64, &RngTree::new(seed))
    }

    pub(super) fn apply(&self, name: &str, items: &[Item], amount: Amount, seed: u64) -> Result<Vec<Noisy>> {
        self.model(name)?.apply(&NoiseContext {
            items,
            donors: &self.train,
            train: &self.train,
            class_names: &self.class_names,
            amount,
            rng: RngTree::new(seed),
            common: RngTree::new(seed).child("common"),
            features: self,
        })
    }
}

/// An image of class `c` looks like the class, somewhat like class `c + 1`, and is of one of two kinds.
impl FeatureSource for World {
    fn features(&self, items: &[Item]) -> Result<Tensor> {
        let classes = self.class_names.len();
        let row = |item: &Item| -> Vec<f32> {
            let name = item.image.key();
            let number: usize = name.split(['/', '.']).nth(1).unwrap().parse().unwrap();
            let mut row = vec![0.0; classes + 6];
            row[item.label] = 1.0;
            row[(item.label + 1) % classes] += 0.8;
            row[classes..].fill(if number.is_multiple_of(2) { 0.2 } else { -0.2 });
            row
        };
        Ok(Tensor::new(items.iter().map(row).collect::<Vec<_>>(), &Device::Cpu)?)
    }

    fn class_features(&self) -> Result<Tensor> {
        let classes = self.class_names.len();
        let row = |class: usize| -> Vec<f32> { (0..classes + 6).map(|i| f32::from(i == class)).collect() };
        Ok(Tensor::new((0..classes).map(row).collect::<Vec<_>>(), &Device::Cpu)?)
    }
}

/// `num_fp` wrong items of each class.
pub(super) fn apply(
    name: &str,
    items: &[Item],
    donors: &[Item],
    classes: usize,
    num_fp: usize,
    seed: u64,
) -> Result<Vec<Noisy>> {
    World::new(donors, classes).apply(name, items, Amount::count(num_fp), seed)
}

/// The class that the image really shows.
pub(super) fn shown(noisy: &Noisy) -> usize {
    noisy.item.image.key().split('/').next().unwrap().parse().unwrap()
}

fn wrong(noisy: &[Noisy]) -> Vec<&Noisy> {
    noisy.iter().filter(|n| n.true_label != Some(n.item.label)).collect()
}

proptest! {
    #[test]
    fn per_class_models_keep_their_promises(
        classes in 2_usize..7, each in 8_usize..14, shots in 1_usize..9, share in 0_usize..9, seed in 0_u64..20,
    ) {
        let donors = split(classes, each);
        let items = fewshot(&donors, shots as i64, &RngTree::new(seed));
        let num_fp = share % (shots + 1);
        for name in ["instance-replace", "symmetric", "pair"] {
            let got = apply(name, &items, &donors, classes, num_fp, seed);
            // Where nearly all is to be wrong, the other classes' images can run out.
            if name == "instance-replace" && 2 * num_fp > each && got.is_err() {
                continue;
            }
            let got = got.unwrap();
            prop_assert_eq!(&got, &apply(name, &items, &donors, classes, num_fp, seed).unwrap());
            prop_assert_eq!(got.len(), items.len());
            // The stated truth is what the image shows.
            prop_assert!(got.iter().all(|n| n.true_label == Some(shown(n))), "{}", name);
            for label in 0..classes {
                // By the class that the item was drawn for.
                let changed = got.iter().zip(&items).filter(|(n, i)| i.label == label && n.true_label != Some(n.item.label));
                prop_assert_eq!(changed.count(), num_fp, "{}", name);
            }
            let manifest = Manifest::new(&got);
            prop_assert_eq!(manifest.wrong_count(), classes * num_fp);
            prop_assert_eq!(Manifest::from_csv(&manifest.to_csv()).unwrap(), manifest);
            if name == "instance-replace" {
                prop_assert!(got.iter().zip(&items).all(|(n, i)| n.item.label == i.label));
                let mut images: Vec<&str> = wrong(&got).iter().map(|n| n.item.image.key()).collect();
                images.sort_unstable();
                images.dedup();
                prop_assert_eq!(images.len(), classes * num_fp);
            } else {
                prop_assert!(got.iter().zip(&items).all(|(n, i)| n.item.image == i.image));
            }
            if name == "pair" {
                prop_assert!(wrong(&got).iter().all(|n| n.item.label == (shown(n) + 1) % classes));
            }
        }
    }
}

#[test]
fn sixteen_shots_with_eight_wrong_always_work() {
    let donors = split(5, 20);
    let items = fewshot(&donors, 16, &RngTree::new(1));
    for seed in 0..20 {
        let got = apply("fp-substitute", &items, &donors, 5, 8, seed).unwrap();
        assert_eq!(Manifest::new(&got).wrong_per_class(5), [8; 5]);
    }
    let digest = |seed| Manifest::new(&apply("fp-substitute", &items, &donors, 5, 8, seed).unwrap()).digest();
    assert_ne!(digest(0), digest(1));
}

#[test]
fn full_data_is_spoilt_per_class_too() {
    let items = split(4, 30);
    let got = apply("instance-replace", &items, &items, 4, 3, 0).unwrap();
    assert_eq!(Manifest::new(&got).wrong_per_class(4), [3; 4]);
}

#[test]
fn symmetric_flips_reach_every_other_class() {
    let items = split(4, 300);
    let got = apply("sym", &items, &items, 4, 300, 0).unwrap();
    let mut counts = [[0; 4]; 4];
    got.iter().for_each(|n| counts[shown(n)][n.item.label] += 1);
    for (label, row) in counts.iter().enumerate() {
        assert_eq!(row[label], 0);
        assert!((0..4).filter(|&c| c != label).all(|c| (70..130).contains(&row[c])), "{row:?}");
    }
}

#[test]
fn the_head_is_the_first_items_of_all() {
    let items = split(10, 16);
    let got = apply("mlpt-head", &items, &items, 10, 8, 3).unwrap();
    assert!(wrong(&got[8..]).is_empty());
    assert!(wrong(&got).len() > 3);
    assert!(got.iter().all(|n| n.true_label == Some(shown(n))));
}

#[test]
fn impossible_noise_is_told() {
    let items = split(3, 4);
    let message = |name, items: &[Item], classes, k| apply(name, items, items, classes, k, 0).unwrap_err().to_string();
    for name in ["instance-replace", "symmetric", "pair"] {
        let text = message(name, &items, 3, 5);
        assert!(text.contains("NUM_FP is 5, but class 0 has only 4 items"), "{text}");
        assert_eq!(apply(name, &items, &items, 3, 0, 0).unwrap(), clean(&items));
    }
    assert!(message("symmetric", &split(1, 4), 1, 1).contains("only one class"));
    assert!(message("instance-replace", &split(1, 4), 1, 1).contains("too few images of other classes"));
    assert!(message("uniform-head", &items, 3, 13).contains("only 12 items"));
    let over_all = World::new(&items, 3).apply("pair", &items, Amount::count(5).over_all(), 0).unwrap_err().to_string();
    assert!(over_all.contains("NUM_FP 5, times 3 classes, is 15 wrong items, but there are only 12"), "{over_all}");
}

/// What a seed draws is a promise: runs are compared with those of earlier versions.
#[test]
fn draws_of_the_first_version_stay() {
    let donors = split(5, 20);
    let items = fewshot(&donors, 8, &RngTree::new(1));
    for (name, wanted) in [
        ("instance-replace", "aad7c984f062a109"),
        ("symmetric", "a47eda3042d22710"),
        ("pair", "b904ee059f72eaea"),
        ("uniform-head", "0b92728a9b60f868"),
    ] {
        let digest = Manifest::new(&apply(name, &items, &donors, 5, 3, 7).unwrap()).digest();
        assert_eq!(&digest[..16], wanted, "{name}");
    }
}
