//! Several who write at a time.

use super::world::World;
use crate::features::file::{Rows, read, write};
use crate::features::recipe::Recipe;
use crate::features::{FeatureStore, list};

#[test]
fn nobodys_rows_are_lost() {
    let world = World::new(24);
    let off = world.ask_without();
    std::thread::scope(|scope| {
        for part in 0..6 {
            let (world, off) = (&world, &off);
            scope.spawn(move || {
                let range = part * 4..part * 4 + 4;
                assert_eq!(world.ask(range.clone()).bits, off[range]);
            });
        }
    });
    let listing = list(&world.store).unwrap();
    assert_eq!((listing.files.len(), listing.files[0].images, listing.known_images), (1, 24, 24));
    let all = world.ask(0..24);
    assert_eq!((all.spent, all.bits), (0, off));
}

fn recipe() -> Recipe {
    Recipe {
        version: 1,
        program: "p".into(),
        model: "m".into(),
        transform: "t".into(),
        precision: "f32".into(),
        device: "cpu".into(),
        probe: "x".into(),
    }
}

#[test]
fn what_is_there_and_what_is_new_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.safetensors");
    let rows = |of: &[(u8, f32)]| Rows::new(2, of.iter().map(|(d, x)| ([*d; 32], vec![*x, -x])).collect());
    assert!(read(&path, &recipe()).unwrap().is_none());
    let (old, new) = (rows(&[(9, 1.0), (3, 2.0), (3, 5.0)]), rows(&[(3, 2.0), (5, 0.25)]));
    assert_eq!(old.len(), 2);
    write(&path, "name", &recipe(), &new.clone().merged(&old)).unwrap();
    let both = read(&path, &recipe()).unwrap().unwrap();
    assert_eq!(both.len(), 3);
    for (digest, x) in [(3, 2.0), (5, 0.25), (9, 1.0)] {
        assert_eq!(both.get(&[digest; 32]).unwrap(), [x, -x]);
    }
    assert!(both.get(&[4; 32]).is_none());
    assert_eq!(new.clone().merged(&Rows::default()), new);
    // Another width is no room for these.
    let wide = Rows::new(3, vec![([1; 32], vec![0.0; 3])]);
    assert_eq!(new.clone().merged(&wide), new);
    assert!(read(&path, &Recipe { probe: "y".into(), ..recipe() }).unwrap_err().to_string().contains("something else"));
}

#[test]
fn rows_are_found_by_their_own_recipe_alone() {
    let world = World::new(1);
    let store = FeatureStore::new(&world.store);
    store.add_rows("name", &recipe(), Rows::new(1, vec![([1; 32], vec![2.0])]));
    assert_eq!(store.read_rows(&recipe()).get(&[1; 32]).unwrap(), [2.0]);
    assert!(store.read_rows(&Recipe { device: "cuda".into(), ..recipe() }).get(&[1; 32]).is_none());
}
