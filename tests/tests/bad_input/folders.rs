//! Folders of pictures that are no data set.

use crate::common::{Ran, pictures};
use crate::place::{Place, training};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

#[test]
fn roots() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    place.refuses(&["train", "--trainer", "CoOp", "--dataset", "Folder"], &["Folder needs", "DATASET.ROOT", "--root"]);
    place.refuses_training(&["--root", "nowhere"], &["nowhere: there is no such folder; DATASET.ROOT (--root)"]);
    place.refuses_training(&["--root", "data/cat/000.png"], &["000.png: is not a folder"]);
    symlink("loop", place.at("loop")).unwrap();
    place.refuses_training(&["--root", "loop"], &["loop: "]);
}

#[test]
fn classes() {
    let place = Place::new();
    place.write("data/readme.txt", "nothing here\n");
    place.refuses_training(&[], &["data: there are no class folders in it"]);
    pictures(&place.at("data"), &["cat"], 6);
    place.refuses_training(&[], &["only one class folder in it, 'cat': at least two"]);
    std::fs::create_dir(place.at("data/dog")).unwrap();
    place.refuses_training(&[], &["data/dog: class 'dog' has no images (.jpg, .jpeg, .png)"]);
    std::fs::create_dir(place.at("data/dog/x.jpg")).unwrap();
    place.refuses_training(&[], &["data/dog: class 'dog' has no images", "such as x.jpg"]);
    pictures(&place.at("data"), &["dog"], 3);
    place.refuses_training(&[], &["class 'dog' has 3 images, too few for a split of 50, 20 and 30 %"]);
}

#[test]
fn names_and_links() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    place.write(std::path::Path::new("data/dog").join(OsStr::from_bytes(b"caf\xe9.png")), "");
    place.refuses_training(&[], &["its name is not valid UTF-8; rename it"]);

    let place = Place::with_pictures(&["cat", "dog"], 6);
    for i in 0..6 {
        let name = place.at(format!("data/dog/{i:03}.png"));
        std::fs::remove_file(&name).unwrap();
        symlink("gone.png", name).unwrap();
    }
    place.refuses_training(&[], &["data/dog/", ".png: No such file or directory"]);
}

#[test]
fn given_splits() {
    let place = Place::new();
    for split in ["train", "val"] {
        pictures(&place.at("data").join(split), &["cat", "dog"], 3);
    }
    place.refuses_training(&[], &["data/test: there are folders of training and validation images, but no test"]);
    std::fs::create_dir(place.at("data/test")).unwrap();
    place.refuses_training(&[], &["data/test: there are no class folders with images in it"]);
    pictures(&place.at("data/test"), &["cat", "owl"], 3);
    place.refuses_training(&[], &["data/test/owl: class 'owl' has no folder below train"]);
    std::fs::remove_dir_all(place.at("data/test/owl")).unwrap();
    std::fs::remove_dir_all(place.at("data/val")).unwrap();
    pictures(&place.at("data/train"), &["bee"], 2);
    place.refuses_training(&[], &["class 'bee' has 2 images, too few to set a fifth aside"]);
    std::fs::remove_dir_all(place.at("data/train/bee")).unwrap();
    // A class without test pictures is no fault.
    Ran::of(&mut place.command(&training(&["--no-train"]))).ok();
}

#[test]
fn more_shots_than_pictures() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    place.refuses_training(
        &["DATASET.NUM_SHOTS=9"],
        &["9 training images a class are asked for (DATASET.NUM_SHOTS)", "'cat' has 3", "ALLOW_FEWER_SHOTS"],
    );
    place.refuses_training(&["DATASET.NUM_FP=3"], &["DATASET.NUM_FP is 3, but class 0 has only 2 items", "lower it"]);
    place.refuses_training(
        &["NOISE.NAME=uniform-head", "DATASET.NUM_FP=99"],
        &["DATASET.NUM_FP is 99, but there are only 4 items"],
    );
}
