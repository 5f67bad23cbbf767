//! Rendered pictures: repeatable, varied, and captions that tell the truth.
#![allow(clippy::unwrap_used)]

use mlpt_core::Registries;
use mlpt_core::config::{Config, Origin, Scope};
use mlpt_core::data::{ImageRef, Splits};
use mlpt_core::registries::DatasetContext;
use mlpt_core::rng::RngTree;
use mlpt_datasets::pictograms::{CLASSES, pictograms};
use mlpt_datasets::render::{
    Backdrop, COLOURS, Captioned, CaptionedPictures, ChalkStyle, Frame, Layout, Place, Texture,
};
use std::collections::BTreeSet;

fn samples(n: usize) -> (CaptionedPictures, Vec<Captioned>) {
    let source = CaptionedPictures::new(Frame::default()).unwrap();
    let samples = (0..n).map(|i| source.sample(&RngTree::new(3).at(i)).unwrap()).collect();
    (source, samples)
}

#[test]
fn captions_are_true_of_the_scene() {
    let (source, samples) = samples(600);
    let names: Vec<&str> = source.catalog().concepts().iter().map(|c| c.name).collect();
    for s in &samples {
        let text = &s.caption;
        assert!(text.chars().all(|c| c.is_ascii_lowercase() || c == ' ' || c == '.'), "{text}");
        assert!(!text.contains("  "), "{text}");
        let words: Vec<&str> = text.trim_end_matches('.').split(' ').collect();
        let concept = &source.catalog().concepts()[s.scene.thing.concept];
        let count = s.scene.count();
        assert!(text.contains(if count > 1 { concept.plural } else { concept.name }), "{text}: {}", concept.name);
        let other = s.scene.other();
        if let Some(other) = other {
            assert!(text.contains(names[other.concept]), "{text}");
        }
        for (i, number) in ["two", "three", "four", "five"].iter().enumerate() {
            assert!(!words.contains(number) || count == i + 2, "{text}");
        }
        let shown = [s.scene.thing.colour.name, s.scene.ground.name, other.map_or("", |o| o.colour.name)];
        for colour in &COLOURS {
            assert!(!words.contains(&colour.name) || shown.contains(&colour.name), "{text}: {}", colour.name);
        }
        let textures = [s.scene.thing.texture, other.map_or(Texture::Plain, |o| o.texture)];
        for (word, texture) in
            [("stripe", Texture::Striped), ("check", Texture::Checkered), ("outline", Texture::Outlined)]
        {
            assert!(!text.contains(word) || textures.contains(&texture), "{text}: {word}");
        }
        assert!(!text.contains("in a row") || matches!(s.scene.layout, Layout::Row(_)), "{text}");
        assert!(!text.contains("above") || matches!(s.scene.layout, Layout::Above(_) | Layout::Column(_)), "{text}");
    }
    let distinct: BTreeSet<&String> = samples.iter().map(|s| &s.caption).collect();
    assert!(distinct.len() > 540, "{}", distinct.len());
}

#[test]
fn a_thing_stands_on_the_side_that_its_caption_says() {
    let mut seen = 0;
    for s in samples(500).1 {
        let on_left = matches!(s.scene.layout, Layout::Alone(_, Place::Left));
        let on_right = matches!(s.scene.layout, Layout::Alone(_, Place::Right));
        assert!(on_left || !s.caption.contains("on the left"), "{}", s.caption);
        assert!(on_right || !s.caption.contains("on the right"), "{}", s.caption);
        if !(on_left || on_right) || s.scene.backdrop != Backdrop::Plain {
            continue;
        }
        let ground = s.scene.ground.rgb.map(i32::from);
        let far = |p: &image::Rgb<u8>| (0..3).map(|c| (i32::from(p[c]) - ground[c]).abs()).sum::<i32>() > 150;
        let xs: Vec<u32> = s.image.enumerate_pixels().filter(|(_, _, p)| far(p)).map(|(x, _, _)| x).collect();
        if xs.len() < 40 {
            continue;
        }
        let mean = f64::from(xs.iter().sum::<u32>()) / xs.len() as f64 / f64::from(s.image.width());
        assert_eq!(mean < 0.5, on_left, "{} at {mean}", s.caption);
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn the_same_node_gives_the_same_picture_and_another_another() {
    let (source, first) = samples(6);
    for (i, s) in first.iter().enumerate() {
        let again = source.sample(&RngTree::new(3).at(i)).unwrap();
        assert_eq!((&again.image, &again.caption), (&s.image, &s.caption));
        assert!(first[..i].iter().all(|t| t.image != s.image));
    }
    let sides: BTreeSet<(u32, u32)> = first.iter().map(|s| s.image.dimensions()).collect();
    assert!(sides.len() > 3);
}

fn registered(seed: i64) -> Splits {
    let mut registries = Registries::new().unwrap();
    mlpt_datasets::register(&mut registries).unwrap();
    let entry = registries.datasets.get("demo").unwrap();
    let mut config = Config::default();
    for key in entry.schema.iter() {
        config.set(&key.path, key.default.clone(), Origin::Default);
    }
    config.set("DATASET.PICTOGRAMS.SEED", seed, Origin::Default);
    let scope = Scope::new(&config, ["DATASET".to_owned()]);
    let context = DatasetContext { root: "".into(), rng: RngTree::new(77), scope };
    (entry.factory)(&context).unwrap()
}

#[test]
fn pictograms_have_the_promised_size_and_do_not_overlap() {
    let splits = registered(0);
    assert_eq!(splits.class_names.len(), 24);
    let mut keys = BTreeSet::new();
    for (items, count) in [(&splits.train, 80), (&splits.val, 20), (&splits.test, 50)] {
        for label in 0..24 {
            assert_eq!(items.iter().filter(|i| i.label == label).count(), count);
        }
        for item in items {
            assert!(item.image.key().contains(&format!("/{}/", splits.class_names[item.label])));
            assert!(keys.insert(item.image.key().to_owned()));
        }
    }
    let some =
        splits.train.iter().step_by(97).chain(splits.val.iter().step_by(53)).chain(splits.test.iter().step_by(89));
    let pictures: Vec<_> = some.map(|i| i.image.decode().unwrap()).collect();
    let distinct: BTreeSet<_> = pictures.iter().map(|p| p.as_raw()).collect();
    assert_eq!(distinct.len(), pictures.len());
    let portrait = pictures.iter().filter(|p| p.width() < p.height()).count();
    assert!(portrait > 5 && portrait + 5 < pictures.len());
    assert!(pictures.iter().all(|p| (48..=161).contains(&p.width()) && (48..=161).contains(&p.height())));
}

#[test]
fn pictograms_hang_on_their_own_seed_only() {
    let pixels = |s: &Splits| s.test[700].image.decode().unwrap().into_raw();
    // `registered` hands over another tree, which must not matter.
    assert_eq!(pixels(&registered(0)), pixels(&pictograms(0, ChalkStyle::default()).unwrap()));
    assert_ne!(pixels(&registered(0)), pixels(&registered(1)));
}

#[test]
fn an_unknown_picture_is_an_error_that_names_it() {
    let splits = registered(0);
    let ImageRef::Stored { store, .. } = &splits.train[0].image else { panic!("not stored") };
    for key in ["train/fish/0080", "train/dragon/0001", "fish", "test/star/0001"] {
        assert!(store.load(key).unwrap_err().to_string().contains(key));
    }
    assert!(CLASSES.iter().all(|c| store.load(&format!("val/{c}/0019")).is_ok()));
}
