//! What the cache does where there is no hub.

use crate::world::{LARGE, SMALL, World, model, says};
use mlpt_core::hub::{Kind, RepoId, Silent};
use mlpt_tests::hub_server::{Act, Rule};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Counts warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl Subscriber for Warnings {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if *event.metadata().level() == Level::WARN && event.metadata().target().starts_with("mlpt") {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn offline_nothing_is_asked() {
    let world = World::new();
    let path = world.hub(&[]).get(&model(), SMALL, &Silent).unwrap();
    let before = world.server.connections();
    for name in ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] {
        let hub = world.hub(&[(name, "1"), ("SSL_CERT_FILE", "/nowhere/at/all.pem")]);
        assert_eq!(hub.get(&model(), SMALL, &Silent).unwrap(), path);
        assert_eq!(hub.cached(&model(), SMALL), Some(path.clone()));
        let listing = hub.files(&model()).unwrap();
        assert_eq!((listing.commit, listing.files), (world.commit.clone(), vec![SMALL.to_owned()]));
        let cache = world.home().join("hub").display().to_string();
        let words = [&cache, "HF_HUB_OFFLINE is set", "local folder"];
        let error = hub.get(&model(), LARGE, &Silent).unwrap_err();
        says(&error, &[&format!("'{LARGE}' of org/name@main is not in the cache")]);
        says(&error, &words);
        let other = RepoId::parse(Kind::Model, "org/other").unwrap();
        says(&hub.files(&other).unwrap_err(), &["no file of org/other@main is in the cache"]);
        says(&hub.files(&other).unwrap_err(), &words);
        says(&hub.ping().unwrap_err(), &["HF_HUB_OFFLINE"]);
    }
    assert_eq!(world.server.connections(), before);
}

#[test]
fn the_cache_stands_in_with_one_warning() {
    let world = World::new();
    let hub = world.hub(&[]);
    let (small, large) = (hub.get(&model(), SMALL, &Silent).unwrap(), hub.get(&model(), LARGE, &Silent).unwrap());
    let faults = [Act::Drop, Act::Status(500, vec![]), Act::Status(429, vec![("Retry-After", "60".to_owned())])];
    for fault in faults {
        world.server.clear_rules();
        world.server.rule(Rule::new("/", fault));
        let before = world.server.requests().len();
        let warnings = Warnings::default();
        tracing::subscriber::with_default(warnings.clone(), || {
            let hub = world.hub(&[]);
            assert_eq!(hub.get(&model(), SMALL, &Silent).unwrap(), small);
            assert_eq!(hub.get(&model(), LARGE, &Silent).unwrap(), large);
            assert_eq!(hub.files(&model()).unwrap().files, [SMALL, LARGE]);
        });
        assert_eq!(warnings.0.load(Ordering::SeqCst), 1);
        // Asked once, without repetition.
        assert_eq!(world.server.requests().len(), before + 1);
    }
    // What is not in the cache is still an error.
    world.server.clear_rules();
    world.server.rule(Rule::new("/", Act::Drop));
    says(&world.hub(&[]).get(&model(), "empty.txt", &Silent).unwrap_err(), &["cannot be reached", "empty.txt"]);
    // And so is a clear no.
    world.server.clear_rules();
    world.server.rule(Rule::new("/", Act::Status(401, vec![])));
    says(&world.hub(&[]).get(&model(), SMALL, &Silent).unwrap_err(), &["(401)"]);
}
