//! Anyone's own data by the command: a table, a split file, Parquet files, a class file.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Ran, json, mlpt, pictures, workspace};
use std::fs;
use std::path::Path;

/// The zero-shot trainer on `settings`: it looks at every test picture and trains nothing.
fn zero_shot(dir: &Path, settings: &[&str]) -> Ran {
    mlpt(dir, &[&["train", "--trainer", "ZeroshotCLIP", "--output-dir", "run", "SEED=1"], settings].concat()).ok()
}

/// The number of test pictures that the run in `dir/run` looked at; the run is removed.
fn tested(dir: &Path) -> u64 {
    let total = json(&dir.join("run/result.json"))["total"].as_u64().unwrap();
    fs::remove_dir_all(dir.join("run")).unwrap();
    total
}

/// `split,image,sha256` of the run in `dir/run`, by image.
fn images(dir: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(dir.join("run/images.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// Lines of the table `NAME`, for pictures of two classes in `data`.
fn table(line: impl Fn(&str, usize) -> String) -> String {
    let all = ["cat", "dog"].into_iter().flat_map(|class| (0..10).map(move |i| (class, i)));
    all.map(|(class, i)| line(class, i) + "\n").collect()
}

#[test]
fn a_table() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    pictures(&dir.join("data"), &["cat", "dog"], 10);
    let plain = table(|class, i| format!("{class}/{i:03}.png;{class}"));
    fs::write(dir.join("data/plain.csv"), format!("image;class\n{plain}")).unwrap();
    zero_shot(dir, &["--dataset", "Csv", "DATASET.CSV.FILE=data/plain.csv"]);
    assert_eq!(tested(dir), 6);
    let split = table(|class, i| format!("{class}/{i:03}.png,{class},{}", ["train", "val", "test", "test"][i % 4]));
    fs::write(dir.join("list.csv"), format!("path,label,split\n{split}")).unwrap();
    let file = workspace().join("configs/datasets/csv.yaml");
    let file = ["--dataset-config-file", file.to_str().unwrap()];
    zero_shot(dir, &[&file[..], &["--root", "data", "DATASET.CSV.FILE=list.csv"]].concat());
    assert_eq!(tested(dir), 8);
}

#[test]
fn a_split_file() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    pictures(&dir.join("data"), &["cat", "dog"], 4);
    let list = |numbers: &[usize]| -> Vec<(String, usize, &str)> {
        let of = |(label, class): (usize, &'static str)| {
            numbers.iter().map(move |i| (format!("{class}/{i:03}.png"), label, class))
        };
        [(0, "dog"), (1, "cat")].into_iter().flat_map(of).collect()
    };
    let write = |test: &[usize], val: &[usize]| {
        let split = serde_json::json!({"train": list(&[0, 1]), "val": list(val), "test": list(test)});
        fs::write(dir.join("data/split.json"), split.to_string()).unwrap();
    };
    write(&[2, 3], &[]);
    zero_shot(dir, &["--dataset", "SplitJson", "DATASET.SPLIT_JSON.FILE=data/split.json"]);
    assert_eq!(tested(dir), 4);
    write(&[], &[2]);
    let file = workspace().join("configs/datasets/split_json.yaml");
    let file = ["--dataset-config-file", file.to_str().unwrap(), "--root", "data"];
    zero_shot(dir, &[&file[..], &["DATASET.SPLIT_JSON.FILE=split.json", "TEST.SPLIT=val"]].concat());
    assert_eq!(tested(dir), 2);
}

#[test]
fn parquet_files() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let golden = workspace().join("tests/golden/parquet");
    let file = workspace().join("configs/datasets/parquet.yaml");
    let hub = golden.join("hub");
    let root = ["--dataset-config-file", file.to_str().unwrap(), "--root", hub.to_str().unwrap()];
    zero_shot(dir, &root);
    assert_eq!(tested(dir), 6);
    let plain = format!("DATASET.PARQUET.PATH={}", golden.join("plain/plants.parquet").display());
    zero_shot(dir, &["--dataset", "Parquet", &plain]);
    assert_eq!(tested(dir), 4);

    // A training run reads rows on several threads, and lists the pictures by the digests of their bytes.
    let training = ["OPTIM.MAX_EPOCH=1", "DATASET.NUM_SHOTS=4", "TRAINER.COOP.N_CTX=2", "SEED=1"];
    mlpt(dir, &[&["train", "--trainer", "CoOp", "--output-dir", "run"], &root[..], &training].concat()).ok();
    let wanted = json(&workspace().join("tests/golden/parquet.json"));
    let images = images(dir);
    assert!(images.len() > 12, "{images:?}");
    for image in images {
        let (file, row) = image[1].rsplit_once('/').unwrap();
        let row = &wanted[format!("hub/data/{file}")][row.parse::<usize>().unwrap()];
        assert_eq!(row[0].as_str(), Some(image[2].as_str()), "{}", image[1]);
    }
}

#[test]
fn a_class_file() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    pictures(&dir.join("data"), &["dog", "tom_cat"], 4);
    let classes = |args: &[&str]| -> String {
        let settings = ["--dataset", "Folder", "--root", "data", "TEST.PER_CLASS_RESULT=true"];
        let told = zero_shot(dir, &[&settings[..], args].concat()).stdout;
        fs::remove_dir_all(dir.join("run")).unwrap();
        told
    };
    let plain = classes(&[]);
    assert!(plain.contains("tom cat") && plain.contains("dog"), "{plain}");
    fs::write(dir.join("names.yaml"), "template: a drawing of a {}.\nnames:\n  tom_cat: feline\n").unwrap();
    let named = classes(&["DATASET.CLASSES=names.yaml"]);
    assert!(named.contains("feline") && named.contains("dog") && !named.contains("tom cat"), "{named}");
    // The flag's template wins: a bad one is refused although the file's is good.
    let bad = ["train", "--trainer", "ZeroshotCLIP", "--dataset", "Folder", "--root", "data", "SEED=1"];
    let ran = mlpt(dir, &[&bad[..], &["DATASET.CLASSES=names.yaml", "DATASET.TEMPLATE=nothing"]].concat());
    assert!(ran.code == Some(1) && ran.stderr.contains("DATASET.TEMPLATE: 'nothing' has no {}"), "{}", ran.stderr);
}

/// What `own::describe` finds and `own::write_config` writes is what a run reads, whatever the names.
#[test]
fn written_settings_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let data = dir.join("Bilder: \"neu\" # ü");
    pictures(&data, &["a \"b\" \\ c", "été_1", "7"], 4);
    let described = mlpt_datasets::own::describe(&data).unwrap();
    let written = mlpt_datasets::own::write_config(&described, &dir.join("new"), false).unwrap();
    let names = fs::read_to_string(&written[1]).unwrap();
    assert!(names.contains("\"été_1\" = \"été 1\"\n"), "{names}");
    fs::write(&written[1], names.replace("= \"été 1\"", "= \"summer\"")).unwrap();
    let told = zero_shot(dir, &["--dataset-config-file", written[0].to_str().unwrap(), "TEST.PER_CLASS_RESULT=true"]);
    for class in ["a \"b\" \\ c", "summer", "7"] {
        assert!(told.stdout.contains(class), "no {class} in {}", told.stdout);
    }
    assert_eq!(tested(dir), 3);
}

/// `data new` says what there is, and what it writes is a config that check and train take.
#[test]
fn settings_written_for_ones_own_folder() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    common::pictures(&dir.join("pics"), &["big_cat", "dog"], 12);
    let told = mlpt(dir, &["data", "new", "pics"]).ok().stdout;
    assert!(told.starts_with("Read by Folder\n") && told.contains("big cat"), "{told}");
    assert!(told.contains("DATASET.NUM_SHOTS=6"), "no more shots than a class has: {told}");
    let again = mlpt(dir, &["data", "new", "pics"]);
    assert!(again.code == Some(1) && again.stderr.contains("--overwrite"), "{}", again.stderr);
    let names = std::fs::read_to_string(dir.join("pics/classes.toml")).unwrap();
    std::fs::write(dir.join("pics/classes.toml"), names.replace("\"big cat\"", "\"tiger\"")).unwrap();
    let check = mlpt(dir, &["data", "check", "--dataset-config-file", "pics/dataset.yaml", "--json"]).ok().stdout;
    let check: serde_json::Value = serde_json::from_str(&check).unwrap();
    assert_eq!(check["class_names"], serde_json::json!(["tiger", "dog"]));
    let nothing = mlpt(dir, &["data", "new", "nowhere"]);
    assert!(
        nothing.code == Some(1) && nothing.stderr.contains("there is no such file or folder"),
        "{}",
        nothing.stderr
    );
}
