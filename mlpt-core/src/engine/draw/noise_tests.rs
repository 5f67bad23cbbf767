//! What each noise makes of shots and pools, and what of it a kept draw hangs on.
#![allow(clippy::unwrap_used)]

use super::tests::{config, kept, obtain, refused, splits};
use crate::Registries;
use crate::data::Noisy;
use std::fs;
use std::path::Path;

/// What a seed draws is a promise: kept draws and earlier runs rest on it.
#[test]
fn draws_of_the_first_version_stay() {
    let uneven = splits([12, 9, 7]);
    for (noise, num_fp, wanted) in [
        ("instance-replace", 2, "129111733520756b"),
        ("symmetric", 1, "2bb1206d725e4c77"),
        ("pair", 3, "eb236ae45d71fe78"),
        ("uniform-head", 3, "b02845b4b0ab0b3b"),
        ("symmetric", 0, "3b83a0ca9e89efd8"),
    ] {
        let (name, num_fp) = (format!("NOISE.NAME={noise}"), format!("DATASET.NUM_FP={num_fp}"));
        let words = ["SEED=5", "DATASET.NUM_EXPAND=3", &name, &num_fp];
        let draw = obtain(&uneven, &config(&words), None).unwrap();
        let digest = crate::files::sha256_hex(draw.text.as_bytes());
        assert_eq!(&digest[..16], wanted, "{noise}, {num_fp}");
    }
}

fn wrong(items: &[Noisy]) -> Vec<&Noisy> {
    items.iter().filter(|n| n.true_label != Some(n.item.label)).collect()
}

#[test]
fn pools_are_spoilt_at_the_rate_of_the_shots() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("table.csv");
    fs::write(&table, "class,becomes\nred,blue\ngreen,red\nblue,green\n").unwrap();
    let table = format!("NOISE.ASYMMETRIC.TABLE={}", table.display());
    let all = Registries::new().unwrap();
    let names = all.noises.iter().map(|e| e.name).filter(|name| !["file", "uniform-head"].contains(name));
    let mut seen = 0;
    for noise in names {
        let name = format!("NOISE.NAME={noise}");
        // Two of four shots, three ways to say it.
        for words in [vec![], vec!["DATASET.NUM_FP=0", "NOISE.RATE=0.5"], vec!["NOISE.SCOPE=global"]] {
            let words = [&["SEED=1", name.as_str(), table.as_str()], &words[..]].concat();
            let drawn = obtain(&splits([12, 12, 10]), &config(&words), None).unwrap().drawn;
            let pool = drawn.pool.unwrap();
            assert_eq!(pool[..12], drawn.train[..], "{noise}");
            let extra = &pool[12..];
            // Of the halves of 6, 6 and 5 images, 4 are in training.
            let (sizes, odd) = if noise == "instance-replace-halves" { ([2, 2, 1], 1) } else { ([4, 4, 4], 0) };
            let of = |items: &[Noisy], label| items.iter().filter(|n| drawn_for(n, noise) == label).count();
            assert_eq!([0, 1, 2].map(|label| of(extra, label)), sizes, "{noise}");
            assert_eq!(wrong(&drawn.train).len(), 6, "{noise} {words:?}");
            let half = (extra.len() + odd) / 2;
            assert_eq!(wrong(extra).len(), half, "{noise} {words:?}");
            if noise == "instance-replace-halves" {
                let mut images: Vec<&str> = pool.iter().map(|n| n.item.image.key()).collect();
                images.sort_unstable();
                images.dedup();
                assert_eq!(images.len(), 17, "no image twice");
            }
            seen += 1;
        }
    }
    assert!(seen >= 21, "{seen}");
}

/// The class whose place an item has.
fn drawn_for(noisy: &Noisy, noise: &str) -> usize {
    if noise.starts_with("instance-replace") { noisy.item.label } else { noisy.true_label.unwrap() }
}

#[test]
fn halves_must_hold_the_shots() {
    let told = |words: &[&str]| {
        let words = [&["SEED=1", "NOISE.NAME=ptnl", "DATASET.POOL=train"], words].concat();
        obtain(&splits([12, 12, 5]), &config(&words), None).map(|draw| draw.drawn.train).map_err(|e| e.to_string())
    };
    let few = told(&["DATASET.NUM_SHOTS=4"]).unwrap_err();
    assert!(few.contains("'blue' has 3 that this noise (NOISE.NAME) lets be right ones"), "{few}");
    assert_eq!(told(&["DATASET.NUM_SHOTS=4", "DATASET.ALLOW_FEWER_SHOTS=True"]).unwrap().len(), 11);
    let all = told(&["DATASET.NUM_SHOTS=-1"]).unwrap_err();
    assert!(all.contains("only the first 6 can") && all.contains("NUM_SHOTS to 6 at most"), "{all}");
    // With nothing wrong it is the draw of any other noise.
    let clean = ["DATASET.NUM_FP=0", "DATASET.NUM_SHOTS=5"];
    let other = obtain(&splits([12, 12, 5]), &config(&[&["SEED=1", "DATASET.POOL=train"], &clean[..]].concat()), None);
    assert_eq!(told(&clean).unwrap(), other.unwrap().drawn.train);
}

#[test]
fn a_draw_hangs_on_what_a_file_says_not_on_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, label: &str| {
        let path = dir.path().join(name);
        fs::write(&path, format!("image,label\ntrain/0/03.png,{label}\n")).unwrap();
        format!("NOISE.FILE.PATH={}", path.display())
    };
    let words = |path: &str| -> Vec<String> {
        ["SEED=1", "NOISE.NAME=file", "DATASET.NUM_FP=0", "DATASET.NUM_SHOTS=-1", path].map(String::from).to_vec()
    };
    let at = |path: &str, kept: Option<&Path>| {
        let words = words(path);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        obtain(&splits([12; 3]), &config(&words), kept)
    };
    let draw = at(&write("a.csv", "blue"), None).unwrap();
    assert_eq!(wrong(&draw.drawn.train).len(), 1);
    assert!(!draw.text.contains("a.csv"), "{}", draw.text);
    let path = dir.path().join("draw.json");
    fs::write(&path, &draw.text).unwrap();
    assert_eq!(at(&write("b.csv", "blue"), Some(&path)).unwrap().drawn, draw.drawn);
    let told = at(&write("a.csv", "green"), Some(&path)).map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("noise_settings is {\"NOISE.FILE.PATH\":\"sha256 "), "{told}");
}

#[test]
fn rates_and_scopes_are_part_of_a_draws_name_and_fingerprint() {
    let dir = tempfile::tempdir().unwrap();
    let folder = format!("DATASET.DRAWS={}", dir.path().display());
    let rate = ["SEED=1", "DATASET.NUM_FP=0", "NOISE.RATE=0.25", "NOISE.SCOPE=global", "DATASET.POOL=train", &folder];
    let draw = obtain(&splits([12; 3]), &config(&rate), None).unwrap();
    let name = draw.share.unwrap();
    assert_eq!(name.file_name().unwrap(), "Colours-4shots-0.25wrong-global-instance-replace-seed1.json");
    let (_, path) = kept(dir.path());
    let told = refused(&splits([12; 3]), &["SEED=1", "DATASET.NUM_FP=0", "NOISE.RATE=0.5"], &path);
    assert!(told.contains("noise_rate is nothing there and 0.5 here; num_fp is 2 there and null here"), "{told}");
    let told = refused(&splits([12; 3]), &["SEED=1", "NOISE.SCOPE=global"], &path);
    assert!(told.contains("noise_scope is nothing there and \"global\" here"), "{told}");
}
