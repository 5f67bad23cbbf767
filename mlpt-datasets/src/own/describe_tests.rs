#![allow(clippy::unwrap_used)]

use super::*;
use crate::own::write_config;
use mlpt_core::config::{Config, Origin, Scope};
use mlpt_core::data::Splits;
use mlpt_core::registries::DatasetContext;
use mlpt_core::rng::RngTree;
use mlpt_core::{Registries, Result};
use std::fs;
use tempfile::TempDir;

/// Empty files `<folder>/0.png`, `1.png`, ...
fn place(folders: &[(&str, usize)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (folder, count) in folders {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
        (0..*count).for_each(|i| fs::write(dir.path().join(folder).join(format!("{i}.png")), "").unwrap());
    }
    dir
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/parquet").join(name)
}

fn lines(class: &str, label: &str, count: usize) -> String {
    (0..count).map(|i| format!("{class}/{i}.png,{label}\n")).collect()
}

/// Reads the data set as a run would that has these settings.
fn load(settings: &[(String, String)], dataset: &str) -> Result<Splits> {
    let mut registries = Registries::new()?;
    crate::register(&mut registries)?;
    let entry = registries.datasets.get(dataset)?;
    let mut config = Config::default();
    config.set("DATASET.CLASSES", "", Origin::Default);
    for key in entry.schema.iter() {
        config.set(&key.path, key.default.clone(), Origin::Default);
    }
    let mut root = PathBuf::new();
    for (key, value) in settings {
        match key.as_str() {
            "DATASET.ROOT" => root = value.into(),
            key => config.set(key, value.as_str(), Origin::Override),
        }
    }
    let scope = Scope::new(&config, [entry.section_path()]);
    (entry.factory)(&DatasetContext { root, rng: RngTree::new(9), scope })
}

fn counts(described: &Described) -> Vec<(&str, [usize; 3])> {
    described.classes.iter().map(|c| (c.raw.as_str(), c.counts)).collect()
}

#[test]
fn every_kind_is_known_and_its_settings_read_it() {
    let folder = place(&[("sea_lion", 10), ("cat", 10)]);
    let table = place(&[("x", 5), ("y", 5)]);
    fs::write(table.path().join("list.csv"), "path,label\n".to_owned() + &lines("x", "b", 5) + &lines("y", "a_a", 5))
        .unwrap();
    fs::write(table.path().join("more.csv"), "id,mass\n1,2\n").unwrap();
    let json = place(&[("images/x", 2), ("images/y", 2)]);
    let split =
        r#"{"train": [["x/0.png", 0, "big_x"], ["y/0.png", 1, "y"]], "val": [], "test": [["x/1.png", 0, "big_x"]]}"#;
    fs::write(json.path().join("split.json"), split).unwrap();
    fs::write(json.path().join("other.json"), "{}").unwrap();
    let hub = golden("hub");
    let places = [
        (folder.path(), "Folder", &["DATASET.ROOT"][..], vec![("cat", [5, 2, 3]), ("sea_lion", [5, 2, 3])]),
        (table.path(), "Csv", &["DATASET.CSV.FILE"], vec![("a_a", [2, 1, 2]), ("b", [2, 1, 2])]),
        (
            json.path(),
            "SplitJson",
            &["DATASET.ROOT", "DATASET.SPLIT_JSON.FILE"],
            vec![("big_x", [1, 0, 1]), ("y", [1, 0, 0])],
        ),
        (
            &hub,
            "Parquet",
            &["DATASET.PARQUET.PATH"],
            vec![("cat", [5, 1, 2]), ("dog", [5, 1, 2]), ("sea_lion", [5, 1, 2])],
        ),
    ];
    for (path, dataset, keys, wanted) in places {
        let described = describe(path).unwrap();
        assert_eq!(described.dataset, dataset);
        assert_eq!(described.settings.iter().map(|s| s.0.as_str()).collect::<Vec<_>>(), keys);
        assert_eq!(counts(&described), wanted, "{dataset}");
        assert!(!described.needs_names);
        let splits = load(&described.settings, dataset).unwrap();
        let names: Vec<&str> = described.classes.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(splits.class_names, names);
        assert_eq!(
            [splits.train, splits.val, splits.test].map(|p| p.len()),
            [0, 1, 2].map(|p| wanted.iter().map(|w| w.1[p]).sum::<usize>())
        );

        let out = tempfile::tempdir().unwrap();
        let written = write_config(&described, &out.path().join("new"), false).unwrap();
        assert_eq!(written, ["dataset.yaml", "classes.toml"].map(|n| out.path().join("new").join(n)));
        let class_file = written[1].to_str().unwrap().to_owned();
        let settings = [described.settings.clone(), vec![("DATASET.CLASSES".to_owned(), class_file)]].concat();
        assert_eq!(
            load(&settings, dataset).unwrap().class_names,
            names,
            "names as they were until somebody edits them"
        );
        let edited = fs::read_to_string(&written[1]).unwrap().replace(&format!("= \"{}\"", names[0]), "= \"thing\"");
        fs::write(&written[1], edited.replace("photo", "sketch")).unwrap();
        let splits = load(&settings, dataset).unwrap();
        assert_eq!((splits.class_names[0].as_str(), splits.template.as_str()), ("thing", "a sketch of a {}."));
        let refused = write_config(&described, &out.path().join("new"), false).unwrap_err().to_string();
        assert!(refused.contains("dataset.yaml: is there already"), "{refused}");
        write_config(&described, &out.path().join("new"), true).unwrap();
        assert!(fs::read_to_string(&written[1]).unwrap().contains(&format!("= \"{}\"", names[0])));
    }
}

#[test]
fn numbers_wait_for_their_names() {
    let dir = place(&[("x", 5), ("y", 5)]);
    let file = dir.path().join("list.tsv");
    fs::write(&file, ("path,label\n".to_owned() + &lines("x", "0", 5) + &lines("y", "1", 5)).replace(',', "\t"))
        .unwrap();
    let described = describe(&file).unwrap();
    assert!(described.needs_names);
    let message = load(&described.settings, "Csv").unwrap_err().to_string();
    assert!(message.contains("the labels are numbers and have no names (0, 1)"), "{message}");
    let written = write_config(&described, dir.path(), false).unwrap();
    let class_file = written[1].to_str().unwrap().to_owned();
    let settings = [described.settings, vec![("DATASET.CLASSES".to_owned(), class_file)]].concat();
    let message = load(&settings, "Csv").unwrap_err().to_string();
    assert!(message.contains("class '0' has an empty name"), "{message}");
    let text = fs::read_to_string(&written[1]).unwrap().replace("\"0\" = \"\"", "0 = \"apple\"");
    fs::write(&written[1], text.replace("\"1\" = \"\"\n", "")).unwrap();
    assert!(load(&settings, "Csv").unwrap_err().to_string().contains("have no names (1)"));
    fs::write(&written[1], "names = {0 = \"apple\", 1 = \"pear\"}\n").unwrap();
    assert_eq!(load(&settings, "Csv").unwrap().class_names, ["apple", "pear"]);
}

#[test]
fn what_is_nothing_says_what_was_looked_for() {
    let message = |path: &Path| describe(path).unwrap_err().to_string();
    let empty = place(&[]);
    fs::write(empty.path().join("notes.csv"), "id,mass\n").unwrap();
    let told = message(empty.path());
    for text in [
        "looked for a folder of images for each class",
        "CoOp's format",
        "(.parquet)",
        "notes.csv: line 1: there is no column path",
    ] {
        assert!(told.contains(text), "no '{text}' in {told}");
    }
    let several = place(&[]);
    ["a.csv", "b.csv"].iter().for_each(|n| fs::write(several.path().join(n), "path,label\n").unwrap());
    assert!(message(several.path()).contains("name one of them"));
    assert!(message(&several.path().join("c.csv")).contains("there is no such file or folder"));
    fs::write(several.path().join("a.zip"), "").unwrap();
    assert!(message(&several.path().join("a.zip")).contains("give one of these, or the folder of the images"));
    assert!(message(place(&[("cat", 3)]).path()).contains("only one class folder"));
    assert!(message(&several.path().join("a.csv")).contains("no lines below the header"));
}
