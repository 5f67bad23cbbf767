#![allow(clippy::unwrap_used)]

use super::*;
use crate::Registries;
use crate::Result;
use crate::config::{Config, Layers};
use crate::data::noise::{FeatureSource, NoiseContext, NoiseModel, Noisy};
use crate::data::{ImageRef, Item, Splits};
use crate::event::Events;
use crate::registries::NoiseFactory;
use crate::registry::Entry;
use crate::rng::RngTree;
use candle_core::{Device, Tensor};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Features that say nothing.
struct Blank;

impl FeatureSource for Blank {
    fn features(&self, items: &[Item]) -> Result<Tensor> {
        Ok(Tensor::ones((items.len(), 2), candle_core::DType::F32, &Device::Cpu)?)
    }

    fn class_features(&self) -> Result<Tensor> {
        Ok(Tensor::ones((3, 2), candle_core::DType::F32, &Device::Cpu)?)
    }
}

/// Looks at features and brings a picture of its own.
struct Painter;

impl NoiseModel for Painter {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        ctx.features.features(ctx.items)?;
        let mut noisy = crate::data::noise::clean(ctx.items);
        noisy[0].item.image = file("painted.png");
        Ok(noisy)
    }
}

fn file(relative: &str) -> ImageRef {
    ImageRef::File { root: Arc::from(Path::new("/data/of/one/machine")), relative: Arc::from(relative) }
}

fn splits(counts: [usize; 3]) -> Splits {
    let all = |split: &str| -> Vec<Item> {
        (0..3)
            .flat_map(|label| (0..counts[label]).map(move |n| (label, n)))
            .map(|(label, n)| Item { image: file(&format!("{split}/{label}/{n:02}.png")), label, domain: 0 })
            .collect()
    };
    Splits {
        train: all("train"),
        val: all("val"),
        test: all("test"),
        class_names: ["red", "green", "blue"].map(String::from).to_vec(),
        template: "a {}.".to_owned(),
    }
}

fn config(more: &[&str]) -> Config {
    let all = Registries::new().unwrap();
    let words = ["DATASET.NUM_SHOTS=4", "DATASET.NUM_FP=2", "DATASET.POOL=expand", "DATASET.NUM_EXPAND=2"];
    Layers::new(&all).overrides(&[&words[..], more].concat()).resolve().unwrap()
}

fn obtain(splits: &Splits, config: &Config, kept: Option<&Path>) -> Result<Draw> {
    obtain_with(splits, config, kept, false, "model-a")
}

fn obtain_with(splits: &Splits, config: &Config, kept: Option<&Path>, painter: bool, digest: &str) -> Result<Draw> {
    let mut all = Registries::new()?;
    let factory: NoiseFactory = Arc::new(|_| Ok(Box::new(Painter)));
    all.noises.register(Entry::new("painter", "", "", factory))?;
    let named: String = config.get("NOISE.NAME")?;
    let noise = all.noises.get(if painter { "painter" } else { &named })?;
    let model = (noise.factory)(&crate::config::Scope::new(config, [String::new()]))?;
    let seed: usize = config.get("SEED").unwrap_or(1);
    Source {
        config,
        seed: seed as u64,
        dataset: "Colours",
        splits,
        noise,
        model: &*model,
        features: &Blank,
        model_digest: digest,
        rng: &RngTree::new(seed as u64),
    }
    .draw(kept, &mut Events::default())
}

/// The draw of seed 1, kept in a file.
fn kept(dir: &Path) -> (Draw, PathBuf) {
    let draw = obtain(&splits([12; 3]), &config(&["SEED=1"]), None).unwrap();
    let path = dir.join("draw.json");
    fs::write(&path, &draw.text).unwrap();
    (draw, path)
}

fn refused(splits: &Splits, more: &[&str], path: &Path) -> String {
    let message = obtain(splits, &config(more), Some(path)).map(|_| ()).unwrap_err().to_string();
    assert!(message.starts_with(&path.display().to_string()) && message.contains("--overwrite"), "{message}");
    message
}

#[test]
fn what_is_kept_is_what_was_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let (fresh, path) = kept(dir.path());
    let again = obtain(&splits([12; 3]), &config(&["SEED=1"]), Some(&path)).unwrap();
    assert_eq!(again.drawn, fresh.drawn);
    assert_eq!(again.text, fresh.text);
    assert_eq!(
        (fresh.drawn.train.len(), fresh.drawn.pool.as_ref().unwrap().len(), fresh.drawn.val.len()),
        (12, 24, 12)
    );
    let wrong = fresh.drawn.train.iter().filter(|n| n.true_label != Some(n.item.label)).count();
    assert_eq!(wrong, 6);

    // For people and for other machines: relative paths, one line an item.
    assert!(
        !fresh.text.contains("/data/of/one/machine") && fresh.text.contains("{\"image\":\"train/0/"),
        "{}",
        fresh.text
    );
    let lines = fresh.text.lines().filter(|l| l.contains("\"image\"")).count();
    assert_eq!(lines, 12 + 24 + 12);
    let json: serde_json::Value = serde_json::from_str(&fresh.text).unwrap();
    assert_eq!((&json["fingerprint"]["seed"], &json["fingerprint"]["noise"]), (&1.into(), &"instance-replace".into()));
    assert_eq!(json["fingerprint"].get("model_digest"), None, "this noise looks at no features");
}

#[test]
fn the_file_is_taken_at_its_word() {
    // As if the generator drew otherwise now: another image of the same class.
    let dir = tempfile::tempdir().unwrap();
    let (fresh, path) = kept(dir.path());
    let used: Vec<&str> = fresh.drawn.train.iter().map(|n| n.item.image.key()).collect();
    let right = fresh.drawn.train.iter().find(|n| n.true_label == Some(0) && n.item.label == 0).unwrap();
    let spare = (0..12).map(|n| format!("train/0/{n:02}.png")).find(|key| !used.contains(&key.as_str())).unwrap();
    fs::write(&path, fresh.text.replace(right.item.image.key(), &spare)).unwrap();
    let taken = obtain(&splits([12; 3]), &config(&["SEED=1"]), Some(&path)).unwrap();
    assert!(taken.drawn.train.iter().any(|n| n.item.image == file(&spare)));
}

#[test]
fn a_stale_file_is_refused_with_what_differs() {
    let dir = tempfile::tempdir().unwrap();
    let (draw, path) = kept(dir.path());
    let same = splits([12; 3]);
    assert!(refused(&same, &["SEED=2"], &path).contains("seed is 1 there and 2 here"));
    assert!(refused(&same, &["SEED=1", "DATASET.NUM_FP=1"], &path).contains("num_fp is 2 there and 1 here"));
    let pool = refused(&same, &["SEED=1", "DATASET.POOL=train"], &path);
    assert!(pool.contains("pool is \"expand\" there and \"train\" here") && pool.contains("num_expand"), "{pool}");
    let noise = obtain_with(&same, &config(&["SEED=1"]), Some(&path), true, "model-a").map(|_| ()).unwrap_err();
    assert!(noise.to_string().contains("noise is \"instance-replace\" there and \"painter\" here"), "{noise}");

    // Images of the draw that are gone are counted and the first is named.
    let mut fewer = splits([12; 3]);
    let pool = draw.drawn.pool.as_ref().unwrap();
    let mut keys: Vec<String> = pool.iter().map(|n| n.item.image.key().to_owned()).collect();
    keys.sort();
    fewer.train.retain(|i| i.image.key() != keys[3] && i.image.key() != keys[7]);
    let gone = refused(&fewer, &["SEED=1"], &path);
    let wanted = format!("split has changed since: 2 images of the draw gone from it, first {}", keys[3]);
    assert!(gone.contains(&wanted), "{gone}");

    let mut relabelled = splits([12; 3]);
    let key = draw.drawn.val[0].image.key();
    relabelled.val.iter_mut().find(|i| i.image.key() == key).unwrap().label = 2;
    let other = refused(&relabelled, &["SEED=1"], &path);
    assert!(other.contains(&format!("1 image of the draw with another label now, first {key}")), "{other}");
    let unseen = refused(&splits([12, 12, 13]), &["SEED=1"], &path);
    assert!(unseen.contains("images that were not drawn"), "{unseen}");
}

#[test]
fn a_broken_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (draw, path) = kept(dir.path());
    let same = splits([12; 3]);
    let with = |text: &str| {
        fs::write(&path, text).unwrap();
        refused(&same, &["SEED=1"], &path)
    };
    assert!(with(&draw.text[..draw.text.len() / 2]).contains("is no draw of this program"));
    assert!(with("").contains("is no draw of this program"));
    assert!(with("{\"version\": 1}").contains("fingerprint"));
    assert!(with(&draw.text.replacen("\"version\": 1", "\"version\": 9", 1)).contains("is a draw of version 9"));
    let key = draw.drawn.train[0].item.image.key();
    let missing = with(&draw.text.replace(key, "train/nowhere.png"));
    assert!(missing.contains("train/nowhere.png is not in the training split"), "{missing}");
    let row = format!("{{\"image\":\"{key}\",\"label\":");
    let label = with(&draw.text.replacen(&row, &format!("{row}7"), 1));
    assert!(label.contains("not below 3, the number of classes"), "{label}");
}

#[test]
fn noise_that_looks_at_the_model_is_bound_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let (same, settings) = (splits([12; 3]), config(&["SEED=1", "DATASET.POOL=train"]));
    let path = dir.path().join("draw.json");
    let fresh = obtain_with(&same, &settings, None, true, "model-a").unwrap();
    fs::write(&path, &fresh.text).unwrap();
    // Its own picture cannot be looked up in the split: it is made again.
    let again = obtain_with(&same, &settings, Some(&path), true, "model-a").unwrap();
    assert_eq!(again.drawn, fresh.drawn);
    let other = obtain_with(&same, &settings, Some(&path), true, "model-b").map(|_| ()).unwrap_err().to_string();
    assert!(other.contains("model_digest is \"model-a\" there and \"model-b\" here"), "{other}");
}

#[test]
fn a_shared_folder_hands_draws_on() {
    let dir = tempfile::tempdir().unwrap();
    let folder = format!("DATASET.DRAWS={}", dir.path().display());
    let settings = config(&["SEED=1", &folder]);
    let first = obtain(&splits([12; 3]), &settings, None).unwrap();
    let path = first.share.unwrap();
    assert_eq!(path.file_name().unwrap(), "Colours-4shots-2wrong-instance-replace-expand2-seed1.json");
    fs::write(&path, &first.text).unwrap();
    let second = obtain(&splits([12; 3]), &settings, None).unwrap();
    assert_eq!((second.drawn, second.share, second.text), (first.drawn, None, first.text));
    let stale = obtain(&splits([12, 12, 13]), &settings, None).map(|_| ()).unwrap_err().to_string();
    assert!(
        stale.contains("seed1.json") && stale.contains("delete this file") && stale.contains("DATASET.DRAWS"),
        "{stale}"
    );
}

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
