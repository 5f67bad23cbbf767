//! Transfers that break off.

use crate::world::{LARGE, SIZE, SMALL, Told, World, model, names_in, says};
use mlpt_core::files::sha256_hex;
use mlpt_core::hub::{Hub, Settings, Silent};
use mlpt_tests::hub_server::{Act, Rule};
use std::fs;

/// The `Range` headers of the requests to the storage.
fn ranges(world: &World) -> Vec<Option<String>> {
    let all = world.server.requests().into_iter().filter(|r| r.path.starts_with("/cdn/"));
    all.map(|r| r.header("range").map(str::to_owned)).collect()
}

#[test]
fn a_cut_transfer_goes_on_where_it_was() {
    let world = World::new();
    world.server.rule(Rule::new("/cdn/", Act::CutAt(70_000)).times(1));
    let told = Told::default();
    let path = world.hub(&[]).get(&model(), LARGE, &told).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(LARGE));
    assert_eq!(ranges(&world), [None, Some("bytes=70000-".to_owned())]);
    let total = Some(SIZE as u64);
    assert_eq!(*told.starts.borrow(), [(LARGE.to_owned(), total, 0), (LARGE.to_owned(), total, 70_000)]);
    assert_eq!(*told.bytes.borrow(), SIZE as u64);
    assert_eq!(*told.finished.borrow(), 1);
}

#[test]
fn cuts_that_get_further_are_not_counted() {
    let world = World::new();
    for i in 1..9 {
        world.server.rule(Rule::new("/cdn/", Act::CutAt(i * 20_000)).times(1));
    }
    let hub = Hub::new(Settings { retries: 1, ..world.settings(&[]) }).unwrap();
    assert_eq!(fs::read(hub.get(&model(), LARGE, &Silent).unwrap()).unwrap(), world.original(LARGE));
    assert_eq!(ranges(&world).len(), 9);
}

#[test]
fn what_came_is_kept_for_the_next_run() {
    let world = World::new();
    world.server.rule(Rule::new("/cdn/", Act::CutAt(70_000)));
    let told = Told::default();
    let error = world.hub(&[]).get(&model(), LARGE, &told).unwrap_err();
    let url = format!("{}/org/name/resolve/{}/{LARGE}", world.server.url(), world.commit);
    says(&error, &[&url, "broke off after 70000 of 200000 bytes", "kept", "HF_ENDPOINT", "HTTPS_PROXY"]);
    // The first one got further; two more in vain.
    assert_eq!(ranges(&world).len(), 3);
    assert_eq!((world.parts(), *told.finished.borrow()), (vec![70_000], 1));
    assert!(!world.folder().join("snapshots").exists());
    world.server.clear_rules();
    let path = world.hub(&[]).get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(LARGE));
    assert_eq!(ranges(&world)[3].as_deref(), Some("bytes=70000-"));
    assert_eq!(world.parts(), [0u64; 0]);
}

#[test]
fn without_ranges_it_starts_again_and_ends() {
    let world = World::new();
    world.server.rule(Rule::new("/cdn/", Act::CutAt(70_000)).times(1));
    world.server.rule(Rule::new("/cdn/", Act::NoRanges));
    let path = world.hub(&[]).get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(LARGE));
    // A server that always cuts the whole at the same place does not keep us forever.
    let world = World::new();
    world.server.rule(Rule::new("/cdn/", Act::CutWithoutRanges(70_000)));
    world.hub(&[]).get(&model(), LARGE, &Silent).unwrap_err();
    assert_eq!((ranges(&world).len(), world.parts()), (3, vec![70_000]));
}

#[test]
fn a_part_that_does_not_fit_is_dropped() {
    let world = World::new();
    let part = world.folder().join(format!("blobs/{}.incomplete", sha256_hex(&world.original(LARGE))));
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    // Longer than the file: not asked to go on.
    fs::write(&part, vec![0; SIZE + 1]).unwrap();
    world.hub(&[]).get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(ranges(&world), [None]);
    // The server says that there is nothing to go on from.
    let world = World::new();
    world.server.rule(Rule::new("/cdn/", Act::CutAt(70_000)).times(1));
    world.server.rule(Rule::new("/cdn/", Act::Status(416, vec![])).times(1));
    let path = world.hub(&[]).get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(LARGE));
    assert_eq!(ranges(&world), [None, Some("bytes=70000-".to_owned()), None]);
}

#[test]
fn a_wrong_digest_is_an_error_and_nothing_stays() {
    let world = World::new();
    world.server.rule(Rule::new("/cdn/", Act::Wrong).times(1));
    let error = world.hub(&[]).get(&model(), LARGE, &Silent).unwrap_err();
    let promised = sha256_hex(&world.original(LARGE));
    says(&error, &[LARGE, "SHA-256", &format!("promised {promised}"), "removed", "again"]);
    assert_eq!(names_in(&world.folder().join("blobs")), [""; 0]);
    assert!(!world.folder().join("snapshots").exists() && !world.folder().join("refs").exists());
    let path = world.hub(&[]).get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(LARGE));
}

#[test]
fn a_whole_part_needs_no_transfer_and_is_checked_too() {
    for (bytes, good) in [(World::new().original(LARGE), true), (vec![0; SIZE], false)] {
        let world = World::new();
        let part = world.folder().join(format!("blobs/{}.incomplete", sha256_hex(&world.original(LARGE))));
        fs::create_dir_all(part.parent().unwrap()).unwrap();
        fs::write(&part, bytes).unwrap();
        assert_eq!(world.hub(&[]).get(&model(), LARGE, &Silent).is_ok(), good);
        assert_eq!((ranges(&world).len(), part.exists()), (0, false));
    }
}

#[test]
fn a_small_file_is_resumed_as_well() {
    let world = World::new();
    world.server.rule(Rule::new(SMALL, Act::CutAt(3)).method("GET").times(1));
    let path = world.hub(&[]).get(&model(), SMALL, &Silent).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(SMALL));
    assert_eq!(world.count("GET", SMALL), 2);
}
