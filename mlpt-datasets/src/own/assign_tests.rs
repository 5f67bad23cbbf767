#![allow(clippy::unwrap_used)]

use super::*;
use mlpt_core::data::ImageRef;
use std::sync::Arc;

fn items(split: Option<Part>, counts: &[usize]) -> Vec<(Item, Option<Part>)> {
    let mark = split.map_or("x", Part::name);
    let item = |label: usize, i: usize| Item {
        image: ImageRef::File { root: Arc::from(Path::new("r")), relative: format!("{mark}/{label}/{i:02}").into() },
        label,
        domain: 0,
    };
    let all = counts.iter().enumerate().flat_map(|(label, &n)| (0..n).map(move |i| (label, i)));
    all.map(|(label, i)| (item(label, i), split)).collect()
}

fn assign(val_tests: bool, items: Vec<(Item, Option<Part>)>) -> Result<[Vec<Item>; 3]> {
    let classes = ["a".to_owned(), "b".to_owned()];
    Assign { source: Path::new("list"), classes: &classes, tree: RngTree::new(1).child("x"), val_tests }.parts(items)
}

fn counts(parts: &[Vec<Item>; 3]) -> [[usize; 2]; 3] {
    parts.each_ref().map(|p| [0, 1].map(|label| p.iter().filter(|i| i.label == label).count()))
}

fn keys(part: &[Item]) -> Vec<&str> {
    part.iter().map(|i| i.image.key()).collect()
}

#[test]
fn undivided_items_are_drawn_whatever_their_order() {
    for part in [None, Some(Part::Train)] {
        let parts = assign(false, items(part, &[10, 5])).unwrap();
        assert_eq!(counts(&parts), [[5, 2], [2, 1], [3, 2]]);
        let mut all: Vec<_> = parts.iter().flat_map(|p| keys(p)).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 15);
        let turned = items(part, &[10, 5]).into_iter().rev().collect();
        assert_eq!(assign(false, turned).unwrap(), parts);
    }
    let message = assign(false, items(None, &[9, 3])).unwrap_err().to_string();
    assert_eq!(message, "list: class 'b' has 3 images, too few for a split of 50, 20 and 30 %; 4 are enough");
    let message = assign(false, items(None, &[9, 1])).unwrap_err().to_string();
    assert!(message.contains("class 'b' has 1 image, too few"), "{message}");
}

#[test]
fn given_splits_are_kept_in_order() {
    let given: Vec<_> = [(Part::Test, [1, 0]), (Part::Val, [1, 2]), (Part::Train, [2, 1])]
        .into_iter()
        .flat_map(|(part, n)| items(Some(part), &n))
        .rev()
        .collect();
    let parts = assign(false, given).unwrap();
    assert_eq!(keys(&parts[0]), ["train/1/00", "train/0/01", "train/0/00"]);
    assert_eq!(counts(&parts), [[2, 1], [1, 2], [1, 0]]);
}

#[test]
fn what_is_missing_is_taken_from_training() {
    let two = |part| [items(Some(Part::Train), &[10, 5]), items(Some(part), &[3, 2])].concat();
    let tested = assign(false, two(Part::Test)).unwrap();
    assert_eq!(counts(&tested), [[8, 4], [2, 1], [3, 2]]);
    let validated = assign(true, two(Part::Val)).unwrap();
    assert_eq!(counts(&validated), [[8, 4], [2, 1], [3, 2]]);
    assert!(keys(&validated[2]).iter().all(|k| k.starts_with("val/")));
    let message = assign(false, two(Part::Val)).unwrap_err().to_string();
    assert!(message.contains("no test images; give some the split 'test'"), "{message}");
    let few = [items(Some(Part::Train), &[10, 2]), items(Some(Part::Test), &[1, 1])].concat();
    assert!(assign(false, few).unwrap_err().to_string().contains("'b' has 2 images for training, too few"));
}

#[test]
fn every_class_is_trained_on() {
    let lone = [items(Some(Part::Train), &[9]), items(Some(Part::Test), &[1, 1])].concat();
    let message = assign(false, lone).unwrap_err().to_string();
    assert_eq!(message, "list: class 'b' has no training images, but others, such as test/1/00");
    let message = assign(false, items(Some(Part::Test), &[4, 4])).unwrap_err().to_string();
    assert!(message.contains("there are no training images"), "{message}");
}

#[test]
fn words_for_splits() {
    for (word, part) in [("TRAIN", Part::Train), ("Validation", Part::Val), ("dev", Part::Val), ("testing", Part::Test)]
    {
        assert_eq!(Part::of(word), Some(part));
    }
    assert_eq!(Part::of("tests"), None);
}
