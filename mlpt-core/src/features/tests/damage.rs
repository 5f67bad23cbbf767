//! A store that is broken, or is another's.

use super::world::World;
use crate::features::{list, store::FeatureStore};
use std::path::{Path, PathBuf};

fn file(world: &World) -> PathBuf {
    list(&world.store).unwrap().files[0].path.clone()
}

fn index(world: &World) -> PathBuf {
    let mut entries = std::fs::read_dir(world.store.join("index")).unwrap().flatten().map(|e| e.path());
    entries.find(|p| p.extension().is_some_and(|e| e == "txt")).unwrap()
}

/// `break_it` changes the bytes of a file of features.
fn broken(break_it: impl Fn(Vec<u8>) -> Vec<u8>) {
    let world = World::new(4);
    let before = world.ask(0..4);
    let path = file(&world);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, break_it(whole.clone())).unwrap();
    let listing = list(&world.store).unwrap();
    assert!(listing.files[0].fault.as_ref().unwrap().contains("is damaged"), "{listing:?}");
    let again = world.ask(0..4);
    assert_eq!((again.spent, &again.bits), (4, &before.bits));
    assert_eq!(std::fs::read(&path).unwrap(), whole, "it is made anew");
    assert_eq!(world.ask(0..4).spent, 0);
}

#[test]
fn a_broken_file_is_made_anew() {
    broken(|_| Vec::new());
    broken(|_| b"no such thing".to_vec());
    broken(|bytes| bytes[..bytes.len() - 1].to_vec());
    broken(|bytes| bytes[..40].to_vec());
    // One bit of one number.
    broken(|mut bytes| {
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        bytes
    });
    // Of a digest, and of the description.
    broken(|bytes| {
        let at = bytes.windows(8).position(|w| w == b"\"sha256\\").unwrap();
        let mut bytes = bytes;
        bytes[at + 12] = if bytes[at + 12] == b'0' { b'1' } else { b'0' };
        bytes
    });
}

#[test]
fn a_broken_index_is_made_anew() {
    for break_it in [
        |_: Vec<u8>| b"\xff\xfe".to_vec(),
        |bytes: Vec<u8>| bytes[..bytes.len() - 9].to_vec(),
        |bytes: Vec<u8>| {
            // Another digest for a file would be a wrong hit.
            let at = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
            let mut bytes = bytes;
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            bytes
        },
    ] {
        let world = World::new(3);
        let before = world.ask(0..3);
        let path = index(&world);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, break_it(whole.clone())).unwrap();
        let again = world.ask(0..3);
        assert_eq!((again.spent, again.bits), (0, before.bits), "the features are there still");
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }
}

#[test]
fn features_of_something_else_under_our_name_do_not_count() {
    let world = World::new(3);
    let before = world.ask(0..3);
    let path = file(&world);
    // A sound file, of the same length, with another model's digest in it.
    let bytes = std::fs::read(&path).unwrap();
    let digest = World::clip().digest().to_owned();
    let at = bytes.windows(digest.len()).position(|w| w == digest.as_bytes()).unwrap();
    let mut other = bytes.clone();
    other[at] = if other[at] == b'0' { b'1' } else { b'0' };
    std::fs::write(&path, other).unwrap();
    assert!(list(&world.store).unwrap().files[0].fault.is_none(), "nothing is wrong with it but its place");
    let again = world.ask(0..3);
    assert_eq!((again.spent, again.bits), (3, before.bits));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_folder_that_cannot_be_written_stops_nothing() {
    let mut world = World::new(3);
    let wall = world.images.join("wall");
    std::fs::write(&wall, "a file").unwrap();
    for dir in [wall.clone(), wall.join("below")] {
        world.store = dir;
        let told = world.ask(0..3);
        assert_eq!((told.spent, told.bits), (3, world.ask_without()));
    }
    assert_eq!(std::fs::read_to_string(&wall).unwrap(), "a file");
    // A folder in the place of a file.
    let mut world = World::new(2);
    world.ask(0..2);
    let path = file(&world);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(world.ask(0..2).spent, 2);
    world.store = PathBuf::from("/dev/null/no");
    assert_eq!(FeatureStore::new(&world.store).dir(), Path::new("/dev/null/no"));
    assert_eq!(world.ask(0..2).spent, 2);
}
