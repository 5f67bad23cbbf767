//! Data sets of a hub on loopback: fetched, checked, used, and used again without a connection.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Ran, command, workspace};
use mlpt_tests::hub_server::{Act, HubServer, Kind, Rule};
use serde_json::Value;
use std::fs;
use std::path::Path;

struct Place {
    dir: tempfile::TempDir,
    server: HubServer,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), server: HubServer::start().unwrap() }
    }

    fn run(&self, offline: bool, args: &[&str]) -> Ran {
        let mut command = command(self.dir.path());
        command.args(args).env("HF_ENDPOINT", self.server.url()).env("HF_HUB_OFFLINE", if offline { "1" } else { "0" });
        Ran::of(command.env("NO_PROXY", "127.0.0.1"))
    }

    fn get(&self, args: &[&str]) -> Ran {
        self.run(false, &[&["data", "get"], args].concat())
    }

    fn fails(&self, args: &[&str], wanted: &[&str]) {
        let ran = self.get(args);
        assert_eq!(ran.code, Some(1), "{}", ran.stdout);
        for text in wanted {
            assert!(ran.stderr.contains(text), "no '{text}' in: {}", ran.stderr);
        }
    }
}

fn shards() -> std::path::PathBuf {
    workspace().join("tests/golden/parquet/hub")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).map(|_| ())),
        }
    }
}

#[test]
fn a_data_set_of_the_hub_from_its_name_to_a_result() {
    let place = Place::new();
    place.server.repo(Kind::Dataset, "someone/plants", &shards()).unwrap();
    // The first try at the largest file breaks off; what came is not fetched again.
    place.server.rule(Rule::new("/cdn/", Act::CutAt(1000)).times(1));
    let got: Value = serde_json::from_str(&place.get(&["someone/plants", "--json"]).ok().stdout).unwrap();
    assert_eq!(got["files"].as_array().unwrap().len(), 4, "{got}");
    let root = got["folder"].as_str().unwrap().to_owned();
    let rest =
        |r: &&mlpt_tests::hub_server::Request| r.path.starts_with("/cdn/") && r.header("range") == Some("bytes=1000-");
    let ranged = place.server.requests().iter().filter(rest).count();
    assert_eq!(ranged, 1);

    let check = place.run(true, &["data", "check", "Parquet", "--root", &root, "--decode"]).ok();
    assert!(check.stdout.contains("can be read") && check.stdout.contains("as it should be"), "{}", check.stdout);
    let before = place.server.connections();
    let train = ["train", "--dataset", "Parquet", "--root", &root, "--trainer", "ZeroshotCLIP", "--output-dir", "run"];
    place.run(true, &train).ok();
    let result = common::json(&place.dir.path().join("run/result.json"));
    assert_eq!(result["dataset"], "Parquet");
    assert!(result["total"].as_u64().unwrap() > 0);
    // Fetched again, offline: from the cache, without a connection.
    let again: Value =
        serde_json::from_str(&place.run(true, &["data", "get", "someone/plants", "--json"]).ok().stdout).unwrap();
    assert_eq!(again["files"], got["files"]);
    assert_eq!(place.server.connections(), before);
    // For people: where it is and what to do with it.
    let told = place.get(&["someone/plants"]).ok().stdout;
    assert!(
        told.starts_with("4 files of ") && told.contains(&format!("mlpt data check Parquet --root {root}")),
        "{told}"
    );
}

#[test]
fn copies_that_the_hub_made_and_configurations() {
    let place = Place::new();
    let (raw, made) = (place.dir.path().join("raw"), place.dir.path().join("made"));
    fs::create_dir_all(&raw).unwrap();
    fs::write(raw.join("README.md"), "pictures in a zip").unwrap();
    place.server.repo(Kind::Dataset, "someone/raw", &raw).unwrap();
    place.fails(
        &["someone/raw"],
        &["someone/raw", "holds no Parquet files", "refs/convert/parquet", "mlpt data new PATH"],
    );

    copy(&shards().join("data"), &made.join("large"));
    copy(&shards().join("data"), &made.join("small"));
    place.server.branch(Kind::Dataset, "someone/raw", "refs/convert/parquet", &made).unwrap();
    place.fails(&["someone/raw"], &["has several configurations; choose with --config: large, small"]);
    place.fails(&["someone/raw", "--config", "big"], &["has no configuration 'big'; those there: large, small"]);
    let list = place.get(&["someone/raw", "--config", "small", "--dry-run"]).ok().stdout;
    assert_eq!(list.lines().count(), 4, "{list}");
    assert!(list.lines().all(|l| l.starts_with("small/")), "{list}");
    let got: Value =
        serde_json::from_str(&place.get(&["someone/raw", "--config", "small", "--json"]).ok().stdout).unwrap();
    assert!(got["folder"].as_str().unwrap().ends_with("small"), "{got}");
}

#[test]
fn what_cannot_be_fetched() {
    let place = Place::new();
    place.fails(&["someone/nothing"], &["someone/nothing"]);
    place.fails(&["not a name"], &["not a name"]);
    // Published sets are their owners' to give.
    place.fails(
        &["sun397"],
        &["SUN397 cannot be fetched by this program", "vision.princeton.edu", "mlpt data check SUN397"],
    );
    assert_eq!(place.run(true, &["data", "get", "someone/plants"]).code, Some(1));
    // Content that is not what the hub promised is not kept.
    place.server.repo(Kind::Dataset, "someone/plants", &shards()).unwrap();
    place.server.rule(Rule::new("/cdn/", Act::Wrong));
    place.fails(&["someone/plants"], &["plants"]);
    let mut left = Vec::new();
    walk(&place.dir.path().join("hf-home"), &mut left);
    assert!(left.iter().all(|name| !name.ends_with(".parquet")), "{left:?}");
}

fn walk(dir: &Path, names: &mut Vec<String>) {
    for path in fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()) {
        match path.is_dir() {
            true => walk(&path, names),
            false => names.push(path.display().to_string()),
        }
    }
}
