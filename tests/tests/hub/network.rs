//! The way to the hub: faults, time-outs, proxies.

use crate::world::{LARGE, SMALL, World, model, says};
use mlpt_core::hub::Silent;
use mlpt_tests::hub_server::{Act, HubServer, Rule};
use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

const SHORT: [(&str, &str); 2] = [("HF_HUB_ETAG_TIMEOUT", "0.5"), ("HF_HUB_DOWNLOAD_TIMEOUT", "0.5")];
const WAYS: [&str; 4] = ["HF_ENDPOINT", "HTTPS_PROXY", "HF_HUB_OFFLINE=1", "local folder"];

#[test]
fn connections_that_break_are_made_again() {
    let world = World::new();
    world.server.rule(Rule::new(LARGE, Act::Drop).times(2));
    world.server.rule(Rule::new("/cdn/", Act::Drop).times(2));
    world.server.rule(Rule::new("/api/", Act::Drop).times(2));
    let hub = world.hub(&[]);
    hub.get(&model(), LARGE, &Silent).unwrap();
    hub.files(&model()).unwrap();
    world.server.rule(Rule::new(SMALL, Act::Drop));
    let error = hub.get(&model(), SMALL, &Silent).unwrap_err();
    says(&error, &[&world.server.url(), "/resolve/main/config.json: cannot be reached"]);
    says(&error, &WAYS);
    assert_eq!(world.count("HEAD", SMALL), 3);
}

#[test]
fn a_port_that_nobody_listens_at() {
    let world = World::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let hub = world.hub(&[("HF_ENDPOINT", &url)]);
    for error in [
        hub.get(&model(), SMALL, &Silent).unwrap_err(),
        hub.files(&model()).unwrap_err(),
        hub.ping().map(|_| ()).unwrap_err(),
    ] {
        says(&error, &[&url, "cannot be reached", "refused"]);
        says(&error, &WAYS);
    }
}

#[test]
fn silence_is_not_borne_for_long() {
    let world = World::new();
    let hub = world.hub(&SHORT);
    world.server.rule(Rule::new(SMALL, Act::Late(Duration::from_secs(60))).method("HEAD"));
    world.server.rule(Rule::new("/cdn/", Act::StallAt(50_000)));
    let start = Instant::now();
    let error = hub.get(&model(), SMALL, &Silent).unwrap_err();
    says(&error, &[SMALL, "no answer within the time-out", "HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"]);
    assert_eq!(world.count("HEAD", SMALL), 3);
    let error = hub.get(&model(), LARGE, &Silent).unwrap_err();
    says(&error, &[LARGE, "broke off after 50000 of 200000", "HF_HUB_DOWNLOAD_TIMEOUT"]);
    says(&error, &WAYS);
    assert_eq!(world.parts(), [50_000]);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    // A stall that passes.
    world.server.clear_rules();
    world.server.rule(Rule::new("/cdn/", Act::StallAt(90_000)).times(1));
    let path = world.hub(&[SHORT[0], ("HF_HUB_DOWNLOAD_TIMEOUT", "2")]).get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(LARGE));
}

#[test]
fn the_hub_answers_a_ping() {
    let world = World::new();
    let hub = world.hub(&[("HF_TOKEN", "hf_1")]);
    assert!(hub.ping().unwrap() < Duration::from_secs(60));
    world.server.rule(Rule::new("/", Act::Status(503, vec![])));
    says(&hub.ping().unwrap_err(), &[&world.server.url(), "503", "HF_ENDPOINT"]);
    assert_eq!(world.server.requests().len(), 2);
}

#[test]
fn proxies_are_used_by_scheme_and_host() {
    let world = World::new();
    let url = world.server.url();
    let hub = world.hub(&[("HF_ENDPOINT", "http://hub.invalid"), ("HTTP_PROXY", &url)]);
    let path = hub.get(&model(), SMALL, &Silent).unwrap();
    assert_eq!(fs::read(path).unwrap(), world.original(SMALL));
    let first = &world.server.requests()[0];
    assert_eq!((first.method.as_str(), first.path.as_str()), ("CONNECT", "hub.invalid:80"));
    assert!(world.server.requests().iter().all(|r| r.method == "CONNECT" || r.header("host") == Some("hub.invalid")));
    // https goes its own way; what the proxy here tunnels to speaks no TLS.
    let hub =
        world.hub(&[("HF_ENDPOINT", "https://hub.invalid"), ("ALL_PROXY", &url), ("http_proxy", "http://no.invalid")]);
    says(&hub.ping().unwrap_err(), &["https://hub.invalid/", "cannot be reached"]);
    assert_eq!(world.count("CONNECT", "hub.invalid:443"), 1);
    // Hosts that are excepted, and a proxy that is not there.
    let storage: HubServer = world.storage();
    let hub = world.hub(&[("HTTP_PROXY", &storage.url()), ("NO_PROXY", "localhost, 127.0.0.1")]);
    hub.get(&model(), LARGE, &Silent).unwrap();
    assert_eq!(storage.connections(), 0);
    let hub = world.hub(&[("HTTP_PROXY", "http://user:hush@127.0.0.1:1")]);
    let error = hub.get(&model(), "empty.txt", &Silent).unwrap_err();
    says(&error, &["cannot be reached", "HTTPS_PROXY"]);
    assert!(!error.to_string().contains("hush"));
}
