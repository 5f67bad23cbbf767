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

pub(super) fn splits(counts: [usize; 3]) -> Splits {
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

pub(super) fn config(more: &[&str]) -> Config {
    let all = Registries::new().unwrap();
    let words = ["DATASET.NUM_SHOTS=4", "DATASET.NUM_FP=2", "DATASET.POOL=expand", "DATASET.NUM_EXPAND=2"];
    Layers::new(&all).overrides(&[&words[..], more].concat()).resolve().unwrap()
}

pub(super) fn obtain(splits: &Splits, config: &Config, kept: Option<&Path>) -> Result<Draw> {
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
pub(super) fn kept(dir: &Path) -> (Draw, PathBuf) {
    let draw = obtain(&splits([12; 3]), &config(&["SEED=1"]), None).unwrap();
    let path = dir.join("draw.json");
    fs::write(&path, &draw.text).unwrap();
    (draw, path)
}

pub(super) fn refused(splits: &Splits, more: &[&str], path: &Path) -> String {
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
