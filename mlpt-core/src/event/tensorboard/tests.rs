//! Event files against the reference, and as they grow.
#![allow(clippy::unwrap_used)]

use super::proto::{self, Picture, Value};
use super::{Confusion, EventFile, record};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/event_files");
/// What the recipe took for the start of the run.
const STARTED: f64 = 1_772_348_709.0;

fn golden(name: &str) -> Vec<u8> {
    fs::read(Path::new(GOLDEN).join(name)).unwrap()
}

fn file(dir: &Path) -> (EventFile, PathBuf, PathBuf) {
    let (metrics, path) = (dir.join("metrics.jsonl"), dir.join("tensorboard/events"));
    (EventFile::new(&metrics, STARTED, &path), metrics, path)
}

#[test]
fn the_reference_writes_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (mut events, metrics, path) = file(dir.path());
    fs::write(&metrics, golden("metrics.jsonl")).unwrap();
    events.read().unwrap();
    events.create().unwrap();
    let (ours, theirs) = (fs::read(path).unwrap(), golden("events.bin"));
    assert_eq!(ours.len(), theirs.len());
    let first = ours.iter().zip(&theirs).position(|(a, b)| a != b);
    assert_eq!(first, None, "the first byte that differs");
}

#[test]
fn the_reference_frames_a_picture_as_we_do() {
    let picture = Picture { width: 300, height: 2, png: b"\x89PNG".to_vec() };
    let values = [("test/accuracy".to_owned(), Value::Scalar(0.0)), ("a".to_owned(), Value::Picture(picture))];
    let mut ours = Vec::new();
    record::push(&proto::summary(STARTED, 0, &values), &mut ours);
    assert_eq!(ours, golden("picture.bin"));
}

#[test]
fn a_file_that_grows_equals_one_that_is_made_at_once() {
    let text = golden("metrics.jsonl");
    let confusion = Confusion { counts: vec![vec![3, 1], vec![0, 2]] };
    let dir = tempfile::tempdir().unwrap();
    let (mut whole, metrics, path) = file(dir.path());
    fs::write(&metrics, &text).unwrap();
    whole.read().unwrap();
    whole.tested(&confusion).unwrap();
    whole.create().unwrap();
    let wanted = fs::read(path).unwrap();

    let dir = tempfile::tempdir().unwrap();
    let (mut grows, metrics, path) = file(dir.path());
    // Nothing is there yet.
    grows.read().unwrap();
    grows.create().unwrap();
    let begun = fs::metadata(&path).unwrap();
    // Cut anywhere, within lines too.
    for piece in text.chunks(701) {
        OpenOptions::new().create(true).append(true).open(&metrics).unwrap().write_all(piece).unwrap();
        grows.read().unwrap();
        grows.append().unwrap();
    }
    grows.tested(&confusion).unwrap();
    grows.append().unwrap();
    assert!(begun.len() < 100);
    assert_eq!(fs::read(&path).unwrap(), wanted);
}

#[test]
fn a_fault_names_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    for (line, wanted) in [
        ("{\"v\":1,\"event\":\"note\"}\n", "metrics.jsonl: line 2 is no event: missing field `text`"),
        ("{\"v\":2,\"event\":\"note\",\"text\":\"\"}\n", "line 2 has version 2, and this program reads version 1"),
        ("note\n", "line 2 is no event"),
        ("{\"v\":1,\"event\":\"step\",\"losses\":[1]}\n", "line 2 is no event"),
    ] {
        let (mut events, metrics, _) = file(dir.path());
        fs::write(&metrics, format!("{{\"v\":1,\"event\":\"later\",\"x\":1}}\n{line}")).unwrap();
        let message = events.read().unwrap_err().to_string();
        assert!(message.contains(wanted), "{message}");
    }
    let (mut events, metrics, path) = file(dir.path());
    fs::write(&metrics, b"\xff\n").unwrap();
    assert!(events.read().unwrap_err().to_string().contains("line 1 is not UTF-8"));
    // A file that went away is no reason to make another one without a beginning.
    assert!(events.append().unwrap_err().to_string().contains("tensorboard/events"));
    fs::write(path.parent().unwrap(), "in the way").unwrap();
    assert!(events.create().is_err());
}
