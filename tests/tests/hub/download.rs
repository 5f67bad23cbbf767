//! What comes, and how it lies in the cache.

use crate::world::{LARGE, SIZE, SMALL, Told, World, model, names_in};
use hf_hub::{Cache, Repo, RepoType};
use mlpt_core::files::sha256_hex;
use mlpt_core::hub::{Kind, RepoId, Silent};
use mlpt_tests::hub_server::{Act, HubServer, Rule};
use std::fs;
use std::time::Duration;

#[test]
fn files_lie_in_the_cache_as_others_expect_them() {
    let world = World::new();
    let hub = world.hub(&[]);
    let told = Told::default();
    for file in [SMALL, LARGE, "sub dir/\u{fc}#1.txt", "empty.txt"] {
        assert_eq!(hub.cached(&model(), file), None);
        let path = hub.get(&model(), file, &told).unwrap();
        assert_eq!(fs::read(&path).unwrap(), world.original(file), "{file}");
        assert_eq!(path, world.folder().join("snapshots").join(&world.commit).join(file));
        assert_eq!(hub.cached(&model(), file), Some(path.clone()));
        let theirs = Cache::new(world.home().join("hub")).repo(Repo::new("org/name".to_owned(), RepoType::Model));
        assert_eq!(theirs.get(file), Some(path), "hf-hub on {file}");
    }
    assert_eq!(fs::read_to_string(world.folder().join("refs/main")).unwrap(), world.commit);
    // The ETags without quotes and mark of weakness; the storage's own one does not count.
    let digest = sha256_hex(&world.original(LARGE));
    let blobs = names_in(&world.folder().join("blobs"));
    assert!(blobs.contains(&digest) && blobs.len() == 4, "{blobs:?}");
    assert!(blobs.contains(&sha256_hex(&world.original(SMALL))[..40].to_owned()), "{blobs:?}");
    if cfg!(unix) {
        let link = fs::read_link(world.folder().join("snapshots").join(&world.commit).join(LARGE)).unwrap();
        assert_eq!(link.to_str().unwrap(), format!("../../blobs/{digest}"));
    }
    assert_eq!(told.starts.borrow()[1], (LARGE.to_owned(), Some(SIZE as u64), 0));
    assert_eq!(*told.finished.borrow(), 4);
    assert_eq!(world.count("HEAD", "/cdn/"), 0);
    assert_eq!(world.count("GET", "/cdn/"), 1);
}

#[test]
fn a_branch_is_asked_for_and_only_what_is_new_comes() {
    let world = World::new();
    let hub = world.hub(&[]);
    let old = hub.get(&model(), SMALL, &Silent).unwrap();
    assert_eq!(hub.get(&model(), SMALL, &Silent).unwrap(), old);
    assert_eq!((world.count("HEAD", SMALL), world.count("GET", SMALL)), (2, 1));
    hub.get(&model(), LARGE, &Silent).unwrap();
    let commit = world.change(SMALL, "{\"a\": 2}");
    assert_eq!(fs::read_to_string(hub.get(&model(), SMALL, &Silent).unwrap()).unwrap(), "{\"a\": 2}");
    // The same content at another commit needs no transfer.
    let large = hub.get(&model(), LARGE, &Silent).unwrap();
    assert!(large.to_str().unwrap().contains(&commit));
    assert_eq!(world.count("GET", "/cdn/"), 1);
    assert_eq!(fs::read_to_string(world.folder().join("refs/main")).unwrap(), commit);
    // The old one is still there.
    assert_eq!(hub.cached(&model().at(&world.commit).unwrap(), SMALL), Some(old));
}

#[test]
fn a_commit_that_is_here_needs_no_connection() {
    let world = World::new();
    let pinned = model().at(&world.commit).unwrap();
    let path = world.hub(&[]).get(&pinned, LARGE, &Silent).unwrap();
    assert!(!world.folder().join("refs").exists());
    let before = world.server.connections();
    assert!(before > 0);
    assert_eq!(world.hub(&[]).get(&pinned, LARGE, &Silent).unwrap(), path);
    assert_eq!(world.server.connections(), before);
}

#[test]
fn another_name_of_a_repository_leads_to_it() {
    let world = World::new();
    world.server.rename("before/it", "org/name");
    let old = RepoId::parse(Kind::Model, "before/it").unwrap();
    let hub = world.hub(&[("HF_TOKEN", "hf_1")]);
    for file in [SMALL, LARGE] {
        assert_eq!(fs::read(hub.get(&old, file, &Silent).unwrap()).unwrap(), world.original(file));
    }
    assert_eq!(hub.files(&old).unwrap().commit, world.commit);
    assert!(world.home().join("hub/models--before--it/refs/main").is_file());
    // The same host gets the token at each hop.
    assert!(world.server.requests().iter().all(|r| r.header("authorization") == Some("Bearer hf_1")));
}

#[test]
fn data_sets_have_their_own_place() {
    let world = World::new();
    let hub = world.hub(&[]);
    let set = RepoId::parse(Kind::Dataset, "org/set").unwrap();
    assert_eq!(hub.files(&set).unwrap().files, ["train.zip"]);
    let path = hub.get(&set, "train.zip", &Silent).unwrap();
    assert!(path.starts_with(world.home().join("hub/datasets--org--set/snapshots")));
    assert!(world.count("GET", "/api/datasets/org/set/revision/main") == 1);
    assert!(world.count("HEAD", "/datasets/org/set/resolve/main/train.zip") == 1);
}

#[test]
fn a_listing_has_the_commit_and_every_name() {
    let world = World::new();
    let listing = world.hub(&[]).files(&model()).unwrap();
    assert_eq!(listing.commit, world.commit);
    assert_eq!(listing.files, [SMALL, "empty.txt", LARGE, "sub dir/\u{fc}#1.txt"]);
}

#[test]
fn the_token_stays_at_the_hub() {
    let world = World::new();
    let storage: HubServer = world.storage();
    world.server.large_files_at(&storage);
    world.server.require_token("hf_abc");
    let hub = world.hub(&[("HF_TOKEN", "hf_abc")]);
    hub.get(&model(), LARGE, &Silent).unwrap();
    let theirs = storage.requests();
    assert_eq!(theirs.len(), 1);
    assert!(theirs[0].path.starts_with("/cdn/") && theirs[0].header("authorization").is_none(), "{theirs:?}");
    assert!(world.server.requests().iter().all(|r| r.header("authorization") == Some("Bearer hf_abc")));
    // The storage refuses an old address: the hub is asked for a new one.
    storage.rule(Rule::new("/cdn/", Act::Status(403, vec![])).times(1));
    let other = World::new();
    other.server.large_files_at(&storage);
    other.hub(&[]).get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(other.count("GET", LARGE), 2);
}

#[test]
fn two_at_once_share_one_transfer() {
    let world = World::new();
    world.server.rule(Rule::new("/cdn/", Act::Late(Duration::from_millis(300))));
    std::thread::scope(|scope| {
        // A hub each, as two processes have.
        let threads = [0, 1].map(|_| scope.spawn(|| world.hub(&[]).get(&model(), LARGE, &Silent).unwrap()));
        for thread in threads {
            assert_eq!(fs::read(thread.join().unwrap()).unwrap(), world.original(LARGE));
        }
    });
    assert_eq!(world.count("GET", "/cdn/"), 1);
    assert_eq!(world.parts(), [0u64; 0]);
}
