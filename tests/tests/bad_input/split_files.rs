//! Split files in CoOp's format, by way of Caltech101.

use crate::common::{Ran, pictures};
use crate::place::{Place, training};

const SPLIT: &str = "data/caltech-101/split_zhou_Caltech101.json";

fn caltech() -> Place {
    let place = Place::new();
    pictures(&place.at("data/caltech-101/101_ObjectCategories"), &["a", "b"], 4);
    place
}

const A: &str = r#"["a/000.png", 0, "a"], ["a/001.png", 0, "a"]"#;
const B: &str = r#"["b/000.png", 1, "b"], ["b/001.png", 1, "b"]"#;
const TEST: &str = r#"["a/003.png", 0, "a"], ["b/003.png", 1, "b"]"#;

/// `train`, `val` and `test` of a split file.
fn split(train: &str, test: &str) -> String {
    format!(r#"{{"train": [{train}], "val": [], "test": [{test}]}}"#)
}

fn refuses(text: &str, wanted: &[&str]) {
    let place = caltech();
    place.write(SPLIT, text);
    let wanted = [&["data/caltech-101/"], wanted].concat();
    place.refuses(&training(&["--dataset", "Caltech101"]), &wanted);
}

#[test]
fn labels_and_names() {
    let train = |more: &str| split(&format!("{A}, {B}, {more}"), TEST);
    refuses(&split(A, TEST), &["test[1] (b/003.png): label 1 ('b') has no training image"]);
    refuses(&train(r#"["a/002.png", 3, "d"]"#), &["no training image with label 2, but there are larger labels"]);
    refuses(&train(r#"["a/002.png", 0, "A"]"#), &["label 0 is called"]);
    refuses(&train(r#"["a/002.png", -1, "a"]"#), &["is no split file", "-1", "line 1"]);
    refuses(&train(r#"["a/002.png", 1.0, "b"]"#), &["is no split file", "floating point `1.0`", "line 1"]);
    refuses(&train(r#"["a/002.png", "1", "b"]"#), &["is no split file", "string \"1\""]);
    refuses(&train(r#"["a/002.png", 2, " "]"#), &["train[4] (a/002.png): the class name is empty"]);
    refuses(&train(r#"["a/002.png", 9223372036854775807, "b"]"#), &["there is no training image with label 2"]);
}

#[test]
fn paths() {
    let train = |path: &str| split(&format!(r#"{A}, {B}, ["{path}", 1, "b"]"#), TEST);
    for path in ["../secret.png", "a/../../../x.png", "/etc/passwd", "", "./.."] {
        refuses(&train(path), &["train[4]", "the path must stay below the image folder"]);
    }
    refuses(&train("b/009.png"), &["1 of 7 images of the split are missing", "101_ObjectCategories/b/009.png"]);
    refuses(&train("b"), &["1 of 7 images of the split are missing"]);
    refuses(&train("a/001.png"), &["train[4] (a/001.png): the same image stands at train[1]; drop one of them"]);
    let leak = split(&format!("{A}, {B}"), r#"["a/001.png", 0, "a"]"#);
    refuses(&leak, &["test[0] (a/001.png): the same image stands at train[1]"]);
}

#[test]
fn shapes() {
    refuses("", &["is no split file", "EOF"]);
    refuses("{\"train\": [", &["is no split file", "EOF"]);
    refuses("train: []", &["is no split file", "line 1"]);
    refuses("[]", &["is no split file"]);
    refuses(r#"{"train": []}"#, &["is no split file", "missing field `val`"]);
    refuses(&split("", TEST), &["its list \"train\" is empty"]);
    refuses(&split(r#"["a/000.png", 0]"#, ""), &["is no split file", "line 1"]);
    refuses(&split(r#"["a/000.png", 0, "a", 1]"#, ""), &["is no split file", "line 1"]);
    let place = caltech();
    place.write(SPLIT, b"{\"train\": \"\xff\"}");
    place.refuses(&training(&["--dataset", "Caltech101"]), &[SPLIT, "is not UTF-8 text"]);
}

#[test]
fn places() {
    let place = caltech();
    place.refuses(
        &training(&["--dataset", "Caltech101", "--root", "data/caltech-101"]),
        &["the folder of Caltech101's images is not there", "must be the folder above that, data"],
    );
    place.write(SPLIT, split(&format!("{A}, {B}"), ""));
    place.refuses(&training(&["--dataset", "Caltech101"]), &["the data set Caltech101 has no test images"]);
    place.write(SPLIT, split(A, r#"["a/003.png", 0, "a"]"#));
    place.refuses(
        &training(&["--dataset", "Caltech101"]),
        &["the data set Caltech101 has 1 class(es); 2 are the least"],
    );
}

/// Two labels of one name can be meant so; they are told, not refused.
#[test]
fn one_name_for_two_labels_is_a_warning() {
    let place = caltech();
    place.write(SPLIT, split(&format!("{A}, {B}"), TEST).replace("\"b\"]", "\"a\"]"));
    let ran = Ran::of(&mut place.command(&training(&["--dataset", "Caltech101", "--no-train"]))).ok();
    assert!(ran.stderr.contains("labels 0 and 1 are both called 'a'"), "{}", ran.stderr);
}
