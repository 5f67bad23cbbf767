#![allow(clippy::unwrap_used)]

use super::*;
use crate::own::found::Found;
use mlpt_core::Result;
use mlpt_core::data::Item;
use mlpt_core::files::sha256_hex;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files that `tests/golden/parquet.py` wrote.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/parquet").join(name)
}

/// What pyarrow reads in them: for every row the digest of the picture, and the label.
fn rows(name: &str) -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(golden("../parquet.json")).unwrap();
    let json: BTreeMap<String, Vec<(String, Value)>> = serde_json::from_str::<Value>(&text)
        .unwrap()
        .as_object()
        .unwrap()
        .iter()
        .filter(|(file, _)| file.starts_with(name))
        .map(|(file, rows)| (file.clone(), serde_json::from_value(rows.clone()).unwrap()))
        .collect();
    json.into_values().next().unwrap()
}

fn read(path: &Path) -> Result<Found> {
    find(path, &ParquetConfig::default())
}

fn with(name: &str, image: &str, label: &str) -> Result<Found> {
    let config = ParquetConfig { image: image.to_owned(), label: label.to_owned(), ..ParquetConfig::default() };
    find(&golden(name), &config)
}

fn refused(found: Result<Found>) -> String {
    found.unwrap_err().to_string()
}

fn of<'a>(items: &'a [Item], file: &str) -> Vec<&'a Item> {
    items.iter().filter(|i| i.image.key().starts_with(file)).collect()
}

#[test]
fn shards_of_the_hub_give_what_pyarrow_reads() {
    let found = read(&golden("hub")).unwrap();
    assert_eq!(found.classes, ["cat", "dog", "sea_lion"], "the fourth class has no pictures");
    assert!(!found.numbers);
    let [train, val, test] = &found.parts;
    for (part, file) in [
        (train, "train-00000-of-00002.parquet"),
        (train, "train-00001-of-00002.parquet"),
        (val, "validation-00000-of-00001.parquet"),
        (test, "test-00000-of-00001.parquet"),
    ] {
        let (items, rows) = (of(part, file), rows(&format!("hub/data/{file}")));
        assert_eq!(items.len(), rows.len(), "{file}");
        // Backwards, so that every row is sought from the beginning of its group.
        for (row, (item, (digest, label))) in items.iter().zip(&rows).enumerate().rev() {
            assert_eq!(item.image.key(), format!("{file}/{row:06}"));
            assert_eq!(item.label as i64, label.as_i64().unwrap());
            assert_eq!(item.image.digest().unwrap(), *digest, "{}", item.image.key());
            let picture = item.image.decode().unwrap();
            assert_eq!(picture.dimensions(), (8, 6 + item.label as u32));
            let pixel = picture.get_pixel(3, 3).0;
            assert!((0..3).all(|c| (pixel[c] >= 150) == (c == item.label)), "{pixel:?}");
        }
    }
    assert_eq!(train.len() + val.len() + test.len(), 24);
}

/// Threads share the store; what one reads must not move another.
#[test]
fn threads_read_rows_in_any_order() {
    let found = read(&golden("hub/data")).unwrap();
    let train = &found.parts[0];
    let wanted: Vec<String> =
        [0, 1].iter().flat_map(|n| rows(&format!("hub/data/train-0000{n}"))).map(|r| r.0).collect();
    (0..600).into_par_iter().for_each(|i| {
        let at = (i * 7 + i / 15) % train.len();
        assert_eq!(train[at].image.digest().unwrap(), wanted[at], "{at}");
    });
}

#[test]
fn keys_and_draws_do_not_hang_on_the_root() {
    let keys = |path: &str| -> Vec<String> {
        read(&golden(path)).unwrap().parts.iter().flatten().map(|i| i.image.key().to_owned()).collect()
    };
    assert_eq!(keys("hub"), keys("hub/data"));
    assert_eq!(keys("plain"), keys("plain/plants.parquet"));
}

#[test]
fn bytes_and_text_without_a_split_are_drawn() {
    let found = read(&golden("plain")).unwrap();
    assert_eq!(
        (found.classes.as_slice(), found.numbers),
        (["bush".to_owned(), "tall_tree".to_owned()].as_slice(), false)
    );
    assert_eq!(found.parts.each_ref().map(Vec::len), [4, 2, 4]);
    let rows = rows("plain/");
    for item in found.parts.iter().flatten() {
        let row: usize = item.image.key().strip_prefix("plants.parquet/").unwrap().parse().unwrap();
        assert_eq!(found.classes[item.label], rows[row].1.as_str().unwrap());
        assert_eq!(item.image.digest().unwrap(), rows[row].0);
        item.image.decode().unwrap();
    }
    let drawn =
        |seed: usize| find(&golden("plain"), &ParquetConfig { seed, ..ParquetConfig::default() }).unwrap().parts;
    assert_eq!(drawn(1), found.parts);
    assert!((2..6).any(|seed| drawn(seed) != found.parts));
}

#[test]
fn validation_serves_where_there_is_no_test() {
    let dir = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        std::fs::copy(golden("hub/data").join(name), dir.path().join(name)).unwrap();
    };
    copy("train-00000-of-00002.parquet");
    assert!(refused(read(dir.path())).contains("train-00001-of-00002.parquet: this file is missing: there are 1 of 2"));
    copy("train-00001-of-00002.parquet");
    let drawn = read(dir.path()).unwrap();
    assert_eq!(drawn.parts.each_ref().map(Vec::len), [6, 3, 6]);
    copy("validation-00000-of-00001.parquet");
    let moved = read(dir.path()).unwrap();
    assert_eq!(moved.parts.each_ref().map(Vec::len), [12, 3, 3]);
    assert!(moved.parts[2].iter().all(|i| i.image.key().starts_with("validation-")));
}

#[test]
fn numbers_without_names_say_so() {
    let found = read(&golden("faults/numbers.parquet")).unwrap();
    assert_eq!((found.classes.as_slice(), found.numbers), (["0".to_owned(), "1".to_owned()].as_slice(), true));
}

#[test]
fn columns_are_found_or_those_there_are_listed() {
    assert_eq!(with("plain", "jpg", "cls").unwrap().classes.len(), 2);
    assert_eq!(with("hub", "image.bytes", "").unwrap().classes.len(), 3);
    let there = "the columns are: image.bytes (bytes), image.path (text), label (integers)";
    let message = refused(with("hub", "picture", ""));
    assert!(
        message.contains("there is no column picture (DATASET.PARQUET.IMAGE)") && message.contains(there),
        "{message}"
    );
    let message = refused(with("hub", "", "image.bytes"));
    assert!(message.contains("image.bytes (DATASET.PARQUET.LABEL) holds bytes and cannot be the labels"), "{message}");
    let message = refused(read(&golden("faults/text-image.parquet")));
    for text in [
        "no column of pictures (image, img, jpg",
        "image (text), label (integers), score (double)",
        "name it with DATASET.PARQUET.IMAGE",
    ] {
        assert!(message.contains(text), "{message}");
    }
}

#[test]
fn faults_name_file_and_row() {
    for (name, wanted) in [
        ("gzip", "is compressed with gzip; snappy, zstd and uncompressed files are read"),
        ("empty-told", "row 2 has no picture in it (rows count from 0)"),
        ("no-label", "row 1 has no label"),
        ("out-of-range", "row 2: the label is 7, but the file names 4 classes"),
    ] {
        let message = refused(read(&golden(&format!("faults/{name}.parquet"))));
        assert!(message.contains(&format!("{name}.parquet: ")) && message.contains(wanted), "{message}");
    }
    // This file does not say beforehand that a picture is missing: it fails for another reason.
    let message = refused(read(&golden("faults/empty-untold.parquet")));
    assert!(message.contains("class 'a' has 3 images, too few"), "{message}");
    let shard = shard::Shard::open(
        files::list(&golden("faults/empty-untold.parquet")).unwrap().remove(0),
        &ParquetConfig::default(),
    );
    let store = store::Store::new(vec![shard.unwrap()]);
    use mlpt_core::data::ImageStore;
    assert!(store.load("empty-untold.parquet/000001").is_ok());
    let message = store.load("empty-untold.parquet/000002").unwrap_err().to_string();
    assert!(message.contains("empty-untold.parquet: row 2 has no picture in it"), "{message}");
    assert!(store.bytes("empty-untold.parquet/000004").unwrap().is_some());
    assert!(store.load("empty-untold.parquet/000005").unwrap_err().to_string().contains("there is no row 5: it has 5"));
    for unknown in ["other.parquet/000000", "empty-untold.parquet", "empty-untold.parquet/x"] {
        assert!(store.load(unknown).unwrap_err().to_string().contains(&format!("no picture called '{unknown}'")));
    }
}

/// Whatever is cut off or overwritten: an error that names the file, or the same pictures; no panic.
#[test]
fn broken_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("plants.parquet");
    let whole = std::fs::read(golden("plain/plants.parquet")).unwrap();
    let good: BTreeMap<String, String> =
        rows("plain/").into_iter().enumerate().map(|(i, r)| (format!("plants.parquet/{i:06}"), r.0)).collect();
    for cut in [0, 1, 3, 4, 8, 100, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let message = refused(read(&path));
        assert!(message.contains("plants.parquet: cannot be read as a Parquet file ("), "{cut}: {message}");
    }
    let mut seen = [0; 3];
    for at in (0..whole.len()).step_by(23) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x5A;
        std::fs::write(&path, &bytes).unwrap();
        match read(&path) {
            Err(e) => {
                assert!(e.to_string().contains("plants.parquet"), "{at}: {e}");
                seen[0] += 1;
            }
            Ok(found) => {
                for item in found.parts.iter().flatten() {
                    match item.image.digest() {
                        Ok(digest) if good[item.image.key()] == digest => seen[1] += 1,
                        // Parquet has no checksums by default: other bytes are another digest.
                        Ok(_) => seen[2] += 1,
                        Err(e) => assert!(e.to_string().contains("plants.parquet: "), "{at}: {e}"),
                    }
                }
            }
        }
    }
    assert!(seen.iter().all(|n| *n > 0), "{seen:?}");
}

#[test]
fn a_file_that_changes_under_a_run_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("plants.parquet");
    std::fs::copy(golden("plain/plants.parquet"), &path).unwrap();
    let found = read(&path).unwrap();
    let before = found.parts[0][0].image.digest().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
    // A cursor that is open already may still read on; one that is opened anew must not.
    let told: Vec<String> =
        found.parts.iter().flatten().filter_map(|i| i.image.digest().err()).map(|e| e.to_string()).collect();
    assert!(told.iter().any(|t| t.contains("it has changed since the run began")), "{told:?}");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(before, rows("plain/")[key_row(&found.parts[0][0])].0);
    assert_ne!(before, sha256_hex(found.parts[0][0].image.key().as_bytes()));
}

fn key_row(item: &Item) -> usize {
    item.image.key().rsplit_once('/').unwrap().1.parse().unwrap()
}
