//! Answers that are a no, and names that are refused.

use crate::world::{LARGE, SMALL, World, model, says};
use mlpt_core::hub::{Kind, RepoId, Silent};
use mlpt_tests::hub_server::{Act, Kind as Served, Rule};
use std::time::{Duration, Instant};

fn repo(text: &str) -> RepoId {
    RepoId::parse(Kind::Model, text).unwrap()
}

#[test]
fn no_access_says_what_to_do() {
    let world = World::new();
    world.server.require_token("hf_right");
    let hub = world.hub(&[]);
    let words =
        ["/org/name/resolve/main/", "private or gated, or does not exist (401)", "set HF_TOKEN", "Invalid cred"];
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &words);
    says(&hub.files(&model()).unwrap_err(), &["/api/models/org/name/revision/main", "(401)", "set HF_TOKEN"]);
    let hub = world.hub(&[("HF_TOKEN", "hf_wrong")]);
    let error = hub.get(&model(), SMALL, &Silent).unwrap_err();
    says(&error, &["the token in HF_TOKEN is not valid or has no access", &format!("{}/org/name", world.server.url())]);
    assert!(!error.to_string().contains("hf_wrong"));
    world.server.clear_rules();
    world.server.rule(Rule::new(SMALL, Act::Status(403, vec![("X-Error-Code", "GatedRepo".to_owned())])));
    says(
        &world.hub(&[("HF_TOKEN", "hf_right")]).get(&model(), SMALL, &Silent).unwrap_err(),
        &["(403)", "ask for access"],
    );
    // A no is not asked for again.
    assert_eq!((world.count("HEAD", SMALL), world.count("GET", "/api/")), (3, 1));
}

#[test]
fn what_is_missing_is_named() {
    let world = World::new();
    let hub = world.hub(&[]);
    says(&hub.get(&repo("org/other"), SMALL, &Silent).unwrap_err(), &["no repository org/other (404)", "HF_TOKEN"]);
    says(&hub.get(&repo("org/name@v9"), SMALL, &Silent).unwrap_err(), &["org/name has no revision 'v9' (404)"]);
    says(&hub.get(&model(), "vocab.txt", &Silent).unwrap_err(), &["org/name@main has no file 'vocab.txt' (404)"]);
    says(&hub.files(&repo("org/other")).unwrap_err(), &["no repository org/other (404)"]);
    says(&hub.files(&repo("org/name@v9")).unwrap_err(), &["org/name has no revision 'v9'"]);
    world.server.rule(Rule::new("/", Act::Status(404, vec![])));
    let parts = ["not found (404)", "org/name", "'main'", SMALL];
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &parts);
    says(&hub.files(&model()).unwrap_err(), &["not found (404)", "HF_ENDPOINT"]);
    assert_eq!(world.count("HEAD", SMALL), 3);
}

#[test]
fn too_many_requests_are_waited_for() {
    let world = World::new();
    world.server.rule(Rule::new(SMALL, Act::Status(429, vec![("Retry-After", "1".to_owned())])).times(1));
    let start = Instant::now();
    world.hub(&[]).get(&model(), SMALL, &Silent).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    world.server.rule(Rule::new(LARGE, Act::Status(429, vec![])));
    says(&world.hub(&[]).get(&model(), LARGE, &Silent).unwrap_err(), &["fewer requests (429)", "HF_TOKEN", LARGE]);
    assert_eq!(world.count("HEAD", LARGE), 3);
}

#[test]
fn a_hub_out_of_order_is_asked_again_but_not_forever() {
    let world = World::new();
    world.server.rule(Rule::new(LARGE, Act::Status(500, vec![])).times(2));
    world.server.rule(Rule::new("/cdn/", Act::Status(503, vec![])).times(2));
    world.server.rule(Rule::new("/api/", Act::Status(502, vec![])).times(2));
    let hub = world.hub(&[]);
    hub.get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(hub.files(&model()).unwrap().commit, world.commit);
    // The address of the storage is shown without its signature.
    let world = World::new();
    for fault in [Act::Status(503, vec![]), Act::Drop] {
        world.server.clear_rules();
        world.server.rule(Rule::new("/cdn/", fault));
        says(&world.hub(&[]).get(&model(), LARGE, &Silent).unwrap_err(), &[&format!("{}/cdn/", world.server.url())]);
    }
    let hub = world.hub(&[]);
    world.server.rule(Rule::new(SMALL, Act::Status(500, vec![])));
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &["out of order (500)", "HF_ENDPOINT", SMALL]);
    assert_eq!(world.count("HEAD", SMALL), 3);
}

#[test]
fn what_is_no_hub_is_said_to_be_none() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.server.rule(Rule::new("/", Act::Text("<html>hello".to_owned())));
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &["no commit in the answer", "HF_ENDPOINT"]);
    says(&hub.files(&model()).unwrap_err(), &["/api/models/org/name", "no listing of a model hub", "HF_ENDPOINT"]);
    world.server.clear_rules();
    let climbing = vec![("X-Repo-Commit", world.commit.clone()), ("ETag", "\"../../../x\"".to_owned())];
    world.server.rule(Rule::new(SMALL, Act::Status(200, climbing)));
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &["the ETag \"../../../x\" cannot be"]);
    world.server.clear_rules();
    let climbing = vec![("X-Repo-Commit", "../../../../x".to_owned()), ("ETag", "\"x\"".to_owned())];
    world.server.rule(Rule::new(SMALL, Act::Status(200, climbing)));
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &["no commit"]);
    world.server.clear_rules();
    world.server.rule(Rule::new(SMALL, Act::Status(302, vec![("Location", "file:///etc/passwd".to_owned())])));
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &["a redirect that leads to no address"]);
    world.server.clear_rules();
    world
        .server
        .rule(Rule::new(SMALL, Act::Status(302, vec![("Location", format!("/org/name/resolve/main/{SMALL}"))])));
    says(&hub.get(&model(), SMALL, &Silent).unwrap_err(), &["more than 10 redirects"]);
    // Another commit than the one asked for by its hash.
    world.server.clear_rules();
    let pinned = model().at(&"0".repeat(40)).unwrap();
    let other = vec![("X-Repo-Commit", world.commit.clone()), ("ETag", "\"x\"".to_owned())];
    world.server.rule(Rule::new(SMALL, Act::Status(200, other)));
    says(&hub.get(&pinned, SMALL, &Silent).unwrap_err(), &["another commit"]);
}

#[test]
fn names_that_climb_out_are_refused() {
    let world = World::new();
    let hub = world.hub(&[]);
    for name in ["../x", "/etc/passwd", "a/../../x", "a\\b", "..", ""] {
        says(&hub.get(&model(), name, &Silent).unwrap_err(), &["refuses the file name", &format!("{name:?}")]);
        assert_eq!(hub.cached(&model(), name), None);
    }
    assert_eq!(world.server.connections(), 0);
    world.server.list_also(Served::Model, "org/name", "../../evil");
    says(&hub.files(&model()).unwrap_err(), &["/api/models/org/name", "refuses the file name \"../../evil\""]);
}
