//! What a run directory holds against docs/run-directory.md, and the events for TensorBoard.
#![allow(clippy::unwrap_used)]

mod common;

use common::same::event_file;
use common::{animals, json, mlpt, small_run, workspace};
use mlpt_core::event::{Event, EventSink, Histogram, JsonlSink, LogFile, MetricsTail, Step};
use mlpt_core::mixture::GaussianMixture;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const BOARD: &str = "tensorboard/events.out.tfevents.mlpt";

fn document() -> String {
    fs::read_to_string(workspace().join("docs/run-directory.md")).unwrap()
}

/// An event of every kind, with something in every field.
fn every_kind() -> Vec<Event> {
    let counts = vec![1; 32];
    let mixture = GaussianMixture { means: [0.1, 0.6], variances: [0.01, 0.02], weights: [0.5, 0.5] };
    let all = vec![
        Event::Step(Step {
            phase: "Warmup CLIP1".to_owned(),
            learner: "a".to_owned(),
            epoch: 1,
            max_epoch: 2,
            batch: 3,
            num_batches: 4,
            time_s: 0.5,
            data_s: 0.25,
            losses: vec![("loss".to_owned(), 1.5), ("loss_x".to_owned(), 0.5)],
            acc: Some(50.0),
            lr: 0.002,
            grad_norm: 1.0,
        }),
        Event::Start { epoch: 1, max_epoch: 2, learners: vec!["a".to_owned()] },
        Event::EpochEnd { epoch: 1, max_epoch: 2, time_s: 1.0 },
        Event::Scalar { name: "val/accuracy".to_owned(), epoch: 1, value: 50.0 },
        Event::Histogram(Histogram {
            name: "pool-loss/a".to_owned(),
            epoch: 1,
            low: 0.5,
            high: 2.5,
            wrong: Some(counts.clone()),
            counts,
            mixture: Some(mixture),
        }),
        Event::Note { text: "n".to_owned() },
        Event::Detail { text: "d".to_owned() },
        Event::Warning { text: "w".to_owned() },
    ];
    // A new kind does not compile until it stands here, and then has to stand above.
    for event in &all {
        match event {
            Event::Step(_) | Event::Start { .. } | Event::EpochEnd { .. } | Event::Scalar { .. } => {}
            Event::Histogram(_) | Event::Note { .. } | Event::Detail { .. } | Event::Warning { .. } => {}
        }
    }
    all
}

/// Writes `events` as a run does.
fn write(path: &Path, events: &[Event]) {
    let file = LogFile::default();
    file.open(path, 0).unwrap();
    let mut sink = JsonlSink::new(file);
    events.iter().for_each(|event| sink.emit(event));
}

#[test]
fn every_field_of_every_event_is_documented() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("metrics.jsonl");
    write(&path, &every_kind());
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in fs::read_to_string(&path).unwrap().lines() {
        let fields: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        let kind = fields["event"].as_str().unwrap().to_owned();
        written.entry(kind).or_default().extend(fields.into_iter().map(|(name, _)| name));
    }
    let known: BTreeSet<&str> = Event::KINDS.into();
    assert_eq!(written.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);

    let text = document();
    let text = text.split("\n## metrics.jsonl\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let fields = |part: &str| -> BTreeSet<String> {
        let rows = part.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        rows.map(|(name, _)| name.to_owned()).collect()
    };
    let mut parts = text.split("\n### `");
    let common = fields(parts.next().unwrap());
    assert_eq!(common, BTreeSet::from(["v".to_owned(), "event".to_owned()]));
    let documented: BTreeMap<String, BTreeSet<String>> = parts
        .map(|part| (part.split('`').next().unwrap().to_owned(), fields(part).union(&common).cloned().collect()))
        .collect();
    assert_eq!(documented, written);
}

#[test]
fn what_is_written_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("metrics.jsonl");
    let mut tail = MetricsTail::new(&path);
    assert!(tail.read().unwrap().events.is_empty());
    let events = every_kind();
    write(&path, &events);
    let news = tail.read().unwrap();
    assert_eq!((news.anew, &news.events), (false, &events));
    assert!(tail.read().unwrap().events.is_empty());
    // A run that goes on cuts the file back.
    write(&path, &events[..3]);
    let news = tail.read().unwrap();
    assert_eq!((news.anew, news.events.len()), (true, 3));
    // What is not finite comes back as such, and half a line is left for later.
    let nan = Event::Scalar { name: "x".to_owned(), epoch: 1, value: f64::INFINITY };
    write(&path, &[nan]);
    let line = fs::read_to_string(&path).unwrap();
    fs::write(&path, &line[..20]).unwrap();
    let mut tail = MetricsTail::new(&path);
    assert!(tail.read().unwrap().events.is_empty());
    fs::write(&path, &line).unwrap();
    let [Event::Scalar { value, .. }] = tail.read().unwrap().events[..] else { panic!("no scalar") };
    assert!(value.is_nan());
}

/// Files below a folder, with `/` between names.
fn names(dir: &Path, prefix: &str, all: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.path().is_dir() {
            true => names(&entry.path(), &format!("{name}/"), all),
            false => all.push(name),
        }
    }
}

#[test]
fn every_file_is_documented_and_the_events_can_be_made_again() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let settings = ["TEST.COMPUTE_CMAT=true"];
    mlpt(dir.path(), &small_run(&[], &settings)).ok();
    mlpt(dir.path(), &["eval", "run"]).ok();
    let run = dir.path().join("run");
    let text = document();
    let documented: BTreeSet<&str> =
        text.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0)).collect();
    let mut all = Vec::new();
    names(&run, "", &mut all);
    assert!(all.len() >= 15, "{all:?}");
    for name in &all {
        let general = match name.split_once('/') {
            Some(("prompt_learner1" | "prompt_learner2", file)) => {
                let file = file.trim_end_matches(|c: char| c.is_ascii_digit());
                let number = if file.ends_with('-') { "N" } else { "" };
                format!("prompt_learner/{file}{number}")
            }
            _ if name.starts_with("eval-") => "eval-*.json".to_owned(),
            _ => name.clone(),
        };
        assert!(documented.contains(&*general), "{name} is not in docs/run-directory.md");
    }

    // The run wrote its events bit by bit; made at once they are the same, and nobody needs the picture's own file.
    let written = fs::read(run.join(BOARD)).unwrap();
    let told: Vec<String> = event_file(&written).iter().map(|e| String::from_utf8_lossy(e).into_owned()).collect();
    for tag in
        ["step/prompt_learner1/loss", "step/prompt_learner2/lr", "val/accuracy", "test/confusion", "test/accuracy"]
    {
        assert!(told.iter().any(|event| event.contains(tag)), "{tag}");
    }
    fs::remove_dir_all(run.join("tensorboard")).unwrap();
    fs::remove_file(run.join("cmat.csv")).unwrap();
    let ran = mlpt(dir.path(), &["tensorboard", "."]).ok();
    assert!(ran.stdout.contains(BOARD), "{}", ran.stdout);
    assert!(fs::read(run.join(BOARD)).unwrap() == written);
    // An earlier version's run has the matrix alone, if that.
    fs::remove_file(run.join("predictions.csv")).unwrap();
    mlpt(dir.path(), &["tensorboard", "run"]).ok();
    assert!(event_file(&fs::read(run.join(BOARD)).unwrap()).len() < event_file(&written).len());

    // Without the key there is no such file, and one of an earlier process goes.
    let off = [&settings[..], &["TRAIN.TENSORBOARD=false"]].concat();
    mlpt(dir.path(), &small_run(&["--overwrite"], &off)).ok();
    assert!(!run.join("tensorboard").exists());
    assert_eq!(json(&run.join("result.json"))["epochs"], 4);
}

#[test]
fn what_cannot_be_made_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let ran = mlpt(dir.path(), &["tensorboard", "."]);
    assert!(ran.code == Some(1) && ran.stderr.contains("no run is in it or below"), "{}", ran.stderr);
    let ran = mlpt(dir.path(), &["tensorboard", "absent"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("absent cannot be read"), "{}", ran.stderr);
    fs::write(dir.path().join("config.toml"), "").unwrap();
    fs::write(dir.path().join("metrics.jsonl"), "{\"v\":1,\"event\":\"note\",\"text\":\"\"}\nnothing\n").unwrap();
    let ran = mlpt(dir.path(), &["tensorboard", "."]);
    assert!(ran.code == Some(1) && ran.stderr.contains("metrics.jsonl: line 2 is no event"), "{}", ran.stderr);
    assert!(!dir.path().join("tensorboard").exists());
    fs::write(dir.path().join("metrics.jsonl"), "").unwrap();
    fs::write(dir.path().join("predictions.csv"), "image,label,predicted,p_label,p_predicted\na,cat,dog,0.1,0.9\n")
        .unwrap();
    let ran = mlpt(dir.path(), &["tensorboard", "."]);
    assert!(ran.code == Some(1) && ran.stderr.contains("run.json: has no class names"), "{}", ran.stderr);
    fs::write(dir.path().join("run.json"), "{\"class_names\":[\"cat\"],\"template\":\"{}\"}").unwrap();
    let ran = mlpt(dir.path(), &["tensorboard", "."]);
    assert!(ran.stderr.contains("predictions.csv: run.json has no class 'dog'"), "{}", ran.stderr);
    fs::remove_file(dir.path().join("predictions.csv")).unwrap();
    fs::write(dir.path().join("cmat.csv"), "true \\ predicted,cat\ncat,x\n").unwrap();
    let ran = mlpt(dir.path(), &["tensorboard", "."]);
    assert!(ran.stderr.contains("cmat.csv: line 2 is no row of counts"), "{}", ran.stderr);
}
