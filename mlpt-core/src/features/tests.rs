#![allow(clippy::unwrap_used)]
//! What is kept, what is found again, and what must not be.

mod damage;
mod world;
mod writers;

use super::index::Index;
use super::place::folder_from;
use super::{FeatureStore, Recipe, Stamp, clear, list};
use crate::clip::{FrozenClip, ModelSource};
use crate::config::{Config, Origin, Value};
use crate::data::{ImageRef, ImageStore, Item, Transform, TransformConfig};
use candle_core::Device;
use image::RgbImage;
use std::sync::Arc;
use std::time::Duration;
use world::{World, picture};

#[test]
fn what_is_kept_has_the_bits_of_encoding_and_needs_no_image() {
    let world = World::new(7);
    let off = world.ask_without();
    let first = world.ask(0..7);
    assert_eq!((first.spent, first.asked), (7, (4, 7)));
    let second = world.ask(0..7);
    assert_eq!((second.spent, second.asked), (0, (4, 7)), "the passes that a run reports are the same");
    assert!(first.bits == off && second.bits == off);
    // The images are not even read: their digests are what the index says, here that of another image.
    let path = Index::path(&world.store, &world.images);
    let mut index = Index::read(&path).unwrap();
    let stamp = |i: usize| Stamp::of(&world.items[i].image).unwrap();
    let other = index.get("5.png", &stamp(5)).unwrap();
    index.put("2.png", stamp(2), other);
    index.write(&path).unwrap();
    let believed = world.ask(0..7);
    assert_eq!((believed.spent, &believed.bits[2], &believed.bits[3]), (0, &off[5], &off[3]));
    assert_eq!(list(&world.store).unwrap().known_images, 7);
}

#[test]
fn a_store_that_has_some_gives_the_same() {
    let world = World::new(9);
    let off = world.ask_without();
    for (range, spent) in [(2..4, 2), (0..3, 2), (0..9, 5), (4..9, 0)] {
        let told = world.ask(range.clone());
        assert_eq!(told.spent, spent, "{range:?}");
        assert_eq!(told.bits, off[range]);
    }
    let listing = list(&world.store).unwrap();
    assert_eq!((listing.files.len(), listing.files[0].images), (1, 9));
    assert_eq!(listing.files[0].model, "tiny-clip");
}

#[test]
fn an_image_twice_or_under_two_names_is_one_row() {
    let mut world = World::new(3);
    let copy = world.images.join("copy.png");
    std::fs::copy(world.items[1].image.path().unwrap(), &copy).unwrap();
    world.age(&copy, 100);
    world.items.push(world.item("copy.png"));
    world.items.push(world.items[0].clone());
    let told = world.ask(0..5);
    assert_eq!((told.bits[1].clone(), told.bits[0].clone()), (told.bits[3].clone(), told.bits[4].clone()));
    assert_eq!(list(&world.store).unwrap().files[0].images, 3);
    assert_eq!(world.ask(0..5).spent, 0);
}

/// The same name and size, another picture: by its time, and where even that was put back by the system's own.
#[test]
fn a_changed_image_is_encoded_anew() {
    for put_back in [false, true] {
        let world = World::new(3);
        let before = world.ask(0..3);
        let path = world.items[1].image.path().unwrap();
        let (old, at) = (std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap());
        // Uncompressed pictures of one size have files of one size.
        std::fs::write(&path, world.bytes(77)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), old.len() as u64);
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(if put_back { at } else { at + Duration::from_secs(1) }).unwrap();
        if put_back && cfg!(not(unix)) {
            continue;
        }
        let after = world.ask(0..3);
        assert_eq!(after.spent, 1, "put back: {put_back}");
        assert_ne!(after.bits[1], before.bits[1]);
        assert_eq!((&after.bits[0], &after.bits[2]), (&before.bits[0], &before.bits[2]));
        assert_eq!(after.bits, world.ask_without());
        // The old picture is known still.
        std::fs::write(&path, old).unwrap();
        world.age(&path, 50);
        assert_eq!((world.ask(0..3).spent, world.ask(0..3).bits), (0, before.bits));
    }
}

/// A picture that is held in memory may be that of an earlier file.
#[test]
fn pictures_in_memory_are_not_taken_for_the_file_of_now() {
    let world = World::new(2);
    let loader = world.loader(true);
    // Decoded, and held.
    let old = world.ask_with(&loader.clone(), 0..2);
    world.forget();
    let path = world.items[0].image.path().unwrap();
    std::fs::write(&path, world.bytes(50)).unwrap();
    world.age(&path, 30);
    // The same loader still shows the old picture, as it did without a store, and must not keep it as the new one's.
    let held = world.ask_with(&loader, 0..2);
    assert_eq!(held.bits, old.bits);
    let now = world.ask(0..2);
    assert_eq!(now.bits, world.ask_without());
    assert_ne!(now.bits[0], old.bits[0]);
}

#[test]
fn files_that_were_written_just_now_are_not_relied_on() {
    let world = World::new(2);
    let path = world.items[0].image.path().unwrap();
    std::fs::write(&path, world.bytes(60)).unwrap();
    let first = world.ask(0..2);
    assert_eq!(list(&world.store).unwrap().known_images, 1);
    let second = world.ask(0..2);
    assert_eq!((first.spent, second.spent), (2, 1));
    assert_eq!(first.bits, second.bits);
}

#[test]
fn what_is_rendered_is_not_kept_and_what_a_store_holds_is() {
    struct Shelf(bool);
    impl ImageStore for Shelf {
        fn load(&self, key: &str) -> crate::Result<RgbImage> {
            Ok(picture(key.len() as u32))
        }
        fn bytes(&self, key: &str) -> crate::Result<Option<Vec<u8>>> {
            Ok(self.0.then(|| key.as_bytes().to_vec()))
        }
    }
    for holds in [false, true] {
        let mut world = World::new(0);
        let shelf: Arc<dyn ImageStore> = Arc::new(Shelf(holds));
        world.items = ["a", "bb", "ccc"]
            .map(|key| Item { image: ImageRef::Stored { store: shelf.clone(), key: key.into() }, label: 0, domain: 0 })
            .to_vec();
        let (first, second) = (world.ask(0..3), world.ask(0..3));
        assert_eq!((first.spent, second.spent), (3, if holds { 0 } else { 3 }));
        assert_eq!(first.bits, second.bits);
        assert_eq!(world.store.exists(), holds, "nothing is made where nothing is kept");
    }
}

#[test]
fn whatever_changes_the_numbers_changes_the_recipe() {
    let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
    let config = world::transform(&clip);
    let recipe = |config: &TransformConfig| Recipe::new(&clip, &Transform::new(config.clone(), false)).unwrap();
    let plain = recipe(&config);
    assert_eq!(plain, recipe(&config), "it is found again");
    let others = [
        TransformConfig { filter: crate::data::transform::Filter::Nearest, ..config.clone() },
        TransformConfig { mean: [0.5; 3], ..config.clone() },
        TransformConfig { std: [0.25, 0.25, 0.250_000_03], ..config.clone() },
        TransformConfig { normalize: false, ..config.clone() },
        TransformConfig { instance_norm: true, ..config.clone() },
        TransformConfig { plain: true, ..config.clone() },
    ];
    let mut names = vec![plain.name().unwrap()];
    for other in others {
        let other = recipe(&other);
        assert!(other.transform != plain.transform && other.probe != plain.probe, "{}", other.transform);
        names.push(other.name().unwrap());
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
    // What only training does makes no difference.
    assert_eq!(recipe(&TransformConfig { random_flip: true, scale: (0.5, 1.0), ..config.clone() }), plain);
    assert!(Recipe::new(&clip, &Transform::new(config, true)).is_err(), "random views");
    // Another program, precision, device, or a machine that rounds otherwise.
    for change in [
        |r: &mut Recipe| r.program.push('x'),
        |r: &mut Recipe| r.precision = "f16".into(),
        |r: &mut Recipe| r.device = "cuda".into(),
        |r: &mut Recipe| r.probe.push('0'),
        |r: &mut Recipe| r.model.push('0'),
        |r: &mut Recipe| r.version += 1,
    ] {
        let mut other = plain.clone();
        change(&mut other);
        assert_ne!(other.name().unwrap(), plain.name().unwrap());
    }
}

#[test]
fn the_folder_and_the_switch() {
    let home = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
    let cache = |name: &str| (name == "XDG_CACHE_HOME").then(|| "/caches".to_owned());
    let at = |dir: &str, env: &dyn Fn(&str) -> Option<String>| folder_from(dir, env).map(|p| p.display().to_string());
    assert_eq!(at("", &home).unwrap(), "/home/me/.cache/mlpt/features");
    assert_eq!(at(" ", &cache).unwrap(), "/caches/mlpt/features");
    assert_eq!(at("~/mine", &home).unwrap(), "/home/me/mine");
    assert_eq!(at("here/too", &cache).unwrap(), "here/too");
    assert!(at("", &|_| None).unwrap_err().to_string().contains("no home folder"));
    assert!(at("~/x", &cache).unwrap_err().to_string().contains("FEATURES.DIR"));

    let mut config = Config::default();
    for (key, value) in [("FEATURES.CACHE", Value::from(false)), ("FEATURES.DIR", "given".into())] {
        config.set(key, value, Origin::Override);
    }
    assert!(FeatureStore::read(&config).unwrap().is_none());
    config.set("FEATURES.CACHE", true, Origin::Override);
    assert_eq!(FeatureStore::read(&config).unwrap().unwrap().dir(), std::path::Path::new("given"));
}

#[test]
fn clearing_takes_what_is_ours_and_nothing_else() {
    let world = World::new(4);
    world.ask(0..4);
    let mine = world.store.join("notes.safetensors");
    std::fs::write(&mine, "mine").unwrap();
    let file = list(&world.store).unwrap().files[0].clone();
    // What a process that was killed has left.
    let left = file.path.with_extension("safetensors.12-0.tmp");
    std::fs::write(&left, "half").unwrap();
    let (files, bytes) = clear(&world.store).unwrap();
    assert!(files == 1 && bytes > file.bytes, "{files} {bytes}");
    assert!(mine.exists() && !left.exists() && !file.path.exists());
    let listing = list(&world.store).unwrap();
    assert_eq!((listing.files.len(), listing.known_images), (0, 0));
    assert_eq!(clear(&world.store.join("nowhere")).unwrap(), (0, 0));
    assert!(list(&world.store.join("nowhere")).unwrap().files.is_empty());
    assert_eq!(world.ask(0..4).spent, 4);
}
