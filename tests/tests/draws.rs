//! Draws that are kept and shared between runs.
#![allow(clippy::unwrap_used)]

mod common;

use common::same::{assert_same, masked};
use common::{animals, json, mlpt, small_run};
use std::fs;

const SHORTER: [&str; 3] = ["OPTIM.MAX_EPOCH=1", "TEST.FINAL_MODEL=last_step", "DATASET.DRAWS=draws"];
const NAME: &str = "draws/Folder-4shots-1wrong-instance-replace-seed3.json";

#[test]
fn a_draw_is_shared_and_a_stale_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    animals(&dir.join("data"));
    let coop: Vec<&str> =
        small_run(&[], &SHORTER).into_iter().map(|word| if word == "MLPT" { "CoOp" } else { word }).collect();
    let first = mlpt(dir, &coop).ok();
    assert!(first.stdout.contains(&format!("Draw: made now, to be kept in {NAME}")), "{}", first.stdout);
    let kept = fs::read_to_string(dir.join(NAME)).unwrap();
    assert_eq!(kept, fs::read_to_string(dir.join("run/draw.json")).unwrap());
    assert!(!kept.contains(dir.to_str().unwrap()), "paths are relative");

    // Another run takes it at its word: here with another image than the seed gives.
    let draw = json(&dir.join(NAME));
    let rows = draw["train"].as_array().unwrap();
    let row = rows.iter().find(|r| r["label"] == r["true_label"]).unwrap();
    let image = row["image"].as_str().unwrap();
    let class = image.rsplit_once('/').unwrap().0;
    let used = |key: &String| rows.iter().any(|r| r["image"] == *key);
    let spare = (0..8).map(|i| format!("{class}/{i:03}.png")).find(|key| !used(key)).unwrap();
    fs::write(dir.join(NAME), kept.replace(image, &spare)).unwrap();
    let with = |seed: &'static str, out: &'static str| {
        let mut args = coop.clone();
        args[2] = out;
        args.push(seed);
        mlpt(dir, &args)
    };
    let second = with("SEED=3", "second").ok();
    assert!(second.stdout.contains(&format!("Draw: taken from {NAME}")), "{}", second.stdout);
    let noise = fs::read_to_string(dir.join("second/noise.csv")).unwrap();
    assert!(noise.contains(&spare) && !noise.contains(image), "{noise}");
    fs::write(dir.join(NAME), &kept).unwrap();

    // A third one that takes the file as it was made equals the first, but for how it came to it.
    with("SEED=3", "third").ok();
    let (mut one, mut other) = (masked(&dir.join("run"), &[]), masked(&dir.join("third"), &[]));
    for file in ["log.txt", "metrics.jsonl", "result.json", "config.toml"] {
        // They name the folder, or the way.
        assert!(one.remove(file).is_some() && other.remove(file).is_some());
    }
    assert_same(&one, &other, "a draw from a file");

    // Under the name of another draw.
    fs::copy(dir.join(NAME), dir.join(NAME.replace("seed3", "seed4"))).unwrap();
    let stale = with("SEED=4", "fourth");
    assert_eq!(stale.code, Some(1));
    for text in ["seed4.json", "seed is 3 there and 4 here", "delete this file", "DATASET.DRAWS"] {
        assert!(stale.stderr.contains(text), "no '{text}' in {}", stale.stderr);
    }
    assert!(!dir.join("fourth").exists(), "a run that cannot start leaves nothing behind");

    // An image of the draw is gone.
    fs::remove_file(dir.join("data").join(image)).unwrap();
    let gone = with("SEED=3", "fifth");
    let wanted = format!("split has changed since: 1 image of the draw gone from it, first {image}");
    assert!(gone.code == Some(1) && gone.stderr.contains(&wanted), "{}", gone.stderr);

    fs::write(dir.join(NAME), &kept[..kept.len() / 2]).unwrap();
    let broken = with("SEED=3", "sixth");
    assert!(broken.code == Some(1) && broken.stderr.contains("is no draw of this program"), "{}", broken.stderr);
}
