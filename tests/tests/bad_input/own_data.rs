//! Tables, Parquet files and class files that are not as they should be. What can be wrong with a line or
//! a row is tested in mlpt-datasets; here stands that it comes through to the user.

use crate::common::workspace;
use crate::place::{Place, training};

fn with_table(text: impl AsRef<[u8]>) -> Place {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    place.write("data/list.csv", text);
    place
}

fn refuses_table(text: impl AsRef<[u8]>, wanted: &[&str]) {
    let place = with_table(text);
    place.refuses(
        &training(&["--dataset", "Csv", "DATASET.CSV.FILE=list.csv"]),
        &[&["data/list.csv: "], wanted].concat(),
    );
}

#[test]
fn tables() {
    refuses_table("path,name\n", &["line 1: there is no column label", "the columns are: path, name"]);
    refuses_table("path,label\ncat/000.png,\n", &["line 2: the label is empty"]);
    refuses_table("path,label,split\ncat/000.png,cat,tset\n", &["line 2: 'tset' is no split"]);
    refuses_table("path,label\ncat/000.png,a\ncat/000.png,b\n", &["line 3: the image cat/000.png stands in line 2"]);
    refuses_table("path,label\n../cat/000.png,a\n", &["line 2: the path '../cat/000.png' must be relative"]);
    refuses_table(
        "path,label\ncat/000.png,a\ncat/9.png,b\n",
        &["1 of 2 images are not below data", "line 3: cat/9.png"],
    );
    refuses_table("path,label\ncat/000.png,a\ncat/001.png,b\n", &["class 'a' has 1 image, too few for a split"]);
    refuses_table(b"path,label\ncat/000.png,\xff\n", &["is not UTF-8 text (line 2)"]);
    let place = with_table("");
    place.refuses(&training(&["--dataset", "Csv"]), &["Csv needs a table of the images: set DATASET.CSV.FILE"]);
    place.refuses(
        &training(&["--dataset", "Csv", "DATASET.CSV.FILE=no.csv"]),
        &["data/no.csv: there is no such file or folder (DATASET.CSV.FILE names it)", "nor is it at no.csv"],
    );
    let numbers: String = (0..6).map(|i| format!("cat/{i:03}.png,0\ndog/{i:03}.png,1\n")).collect();
    refuses_table(
        format!("path,label\n{numbers}"),
        &["the labels are numbers and have no names (0, 1)", "[names]", "DATASET.CLASSES=FILE.toml"],
    );
}

#[test]
fn split_files() {
    let place = Place::with_pictures(&["cat", "dog"], 2);
    place.refuses(&training(&["--dataset", "SplitJson"]), &["needs a split file: set DATASET.SPLIT_JSON.FILE"]);
    let train = r#"["cat/000.png", 0, "cat"], ["dog/000.png", 1, "dog"]"#;
    place.write("data/s.json", format!(r#"{{"train": [{train}], "val": [], "test": []}}"#));
    let args = ["--dataset", "SplitJson", "DATASET.SPLIT_JSON.FILE=s.json", "DATASET.NUM_SHOTS=1"];
    place.refuses(&training(&args), &["the data set SplitJson has no test images"]);
    place.write("data/s.json", format!(r#"{{"train": [{train}], "val": [], "test": [["../x", 0, "cat"]]}}"#));
    place.refuses(&training(&args), &["data/s.json: test[0] (../x): the path must stay below"]);
}

#[test]
fn parquet_files() {
    let place = Place::with_pictures(&["cat", "dog"], 2);
    let golden = workspace().join("tests/golden/parquet");
    let refuses = |path: &str, more: &[&str], wanted: &[&str]| {
        let path = format!("DATASET.PARQUET.PATH={path}");
        place.refuses(&training(&[&["--dataset", "Parquet", path.as_str()], more].concat()), wanted);
    };
    let fault = |name: &str| golden.join("faults").join(name).to_str().unwrap().to_owned();
    refuses(&fault("gzip.parquet"), &[], &["gzip.parquet: is compressed with gzip", "compression=\"snappy\""]);
    refuses(&fault("empty-told.parquet"), &[], &["empty-told.parquet: row 2 has no picture in it"]);
    refuses(&fault("numbers.parquet"), &[], &["the labels are numbers and have no names", "DATASET.CLASSES"]);
    refuses(&fault("text-image.parquet"), &[], &["no column of pictures", "score (double)"]);
    let hub = golden.join("hub");
    refuses(hub.to_str().unwrap(), &["DATASET.PARQUET.LABEL=kind"], &["there is no column kind", "label (integers)"]);
    refuses("nowhere", &[], &["data/nowhere: there is no such file or folder (DATASET.PARQUET.PATH names it)"]);
    let whole = std::fs::read(hub.join("data/test-00000-of-00001.parquet")).unwrap();
    place.write("data/cut.parquet", &whole[..whole.len() / 2]);
    refuses("cut.parquet", &[], &["data/cut.parquet: cannot be read as a Parquet file"]);
    place.refuses(
        &training(&["--dataset", "Parquet", "--root", "data/cat"]),
        &["data/cat: there are no files *.parquet"],
    );
    place.refuses(
        &["train", "--trainer", "CoOp", "--dataset", "Parquet"],
        &["set DATASET.PARQUET.PATH=PATH or give --root"],
    );
}

#[test]
fn class_files() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    let refuses = |name: &str, text: &str, wanted: &[&str]| {
        place.write(name, text);
        place.refuses_training(&[&format!("DATASET.CLASSES={name}")], wanted);
    };
    refuses("c.toml", "[names]\ncatt = \"tiger\"\n", &["c.toml: it names the class 'catt'", "did you mean: cat"]);
    refuses("c.toml", "[names]\ncat = \"a\"\ncat = \"b\"\n", &["c.toml: line 3: "]);
    refuses("c.json", "{\"names\": {\"cat\": \"\"}}", &["class 'cat' has an empty name"]);
    refuses("c.yaml", "template: nothing\n", &["c.yaml: the template 'nothing' has no {}"]);
    refuses("c.yaml", "classes:\n  cat: tiger\n", &["c.yaml: ", "classes", "a section names"]);
    refuses("c.ini", "", &["ends in .toml, .yaml or .json"]);
    place.refuses_training(
        &["DATASET.CLASSES=no.toml"],
        &["data/no.toml: there is no such file", "DATASET.CLASSES names it"],
    );
}
