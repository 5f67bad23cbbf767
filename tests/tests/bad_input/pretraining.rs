//! `pretrain` with what it cannot use.

use crate::place::Place;
use std::fs;

const SMALL: [&str; 8] = [
    "PRETRAIN.STEPS=2",
    "PRETRAIN.BATCH_SIZE=4",
    "PRETRAIN.MODEL.VISION_LAYERS=1",
    "PRETRAIN.MODEL.TEXT_LAYERS=1",
    "PRETRAIN.MODEL.VISION_WIDTH=32",
    "PRETRAIN.MODEL.TEXT_WIDTH=32",
    "PRETRAIN.MODEL.EMBED_DIM=32",
    "PRETRAIN.PRINT_FREQ=1",
];

fn refuses(place: &Place, more: &[&str], wanted: &[&str]) {
    place.refuses(&[&["pretrain", "--output-dir", "out"], &SMALL[..], more].concat(), wanted);
}

#[test]
fn settings() {
    let place = Place::new();
    place.refuses(&["pretrain"], &["where should the model go? give --output-dir DIR"]);
    for (setting, wanted) in [
        ("PRETRAIN.STEPS=0", "PRETRAIN.STEPS must be at least 1"),
        ("PRETRAIN.STEPS=many", "PRETRAIN.STEPS: expected int"),
        ("PRETRAIN.STEPS=-1", "PRETRAIN.STEPS: expected int of 0 or more, found -1"),
        ("PRETRAIN.BATCH_SIZE=1", "PRETRAIN.BATCH_SIZE must be at least 2"),
        ("PRETRAIN.CHUNKS=0", "PRETRAIN.CHUNKS must be between 1 and BATCH_SIZE"),
        ("PRETRAIN.ALONE=2", "PRETRAIN.ALONE must be between 0 and 1"),
        ("PRETRAIN.LR=-1", "PRETRAIN.LR must be positive"),
        ("PRETRAIN.MODEL.HEAD_WIDTH=0", "PRETRAIN.MODEL.HEAD_WIDTH is 0: it must be at least 1"),
        (
            "PRETRAIN.MODEL.PATCH_SIZE=7",
            "PRETRAIN.MODEL.IMAGE_SIZE 48 is not a multiple of PRETRAIN.MODEL.PATCH_SIZE 7",
        ),
        ("PRETRAIN.MODEL.TEXT_WIDTH=33", "PRETRAIN.MODEL.TEXT_WIDTH 33 is not a multiple"),
        ("PRETRAIN.MODEL.VISION_WIDTH=32000000", "hidden_size is 32000000: 65536 is the most"),
        ("PRETRAIN.MODEL.VOCAB_SIZE=3", "PRETRAIN.MODEL.VOCAB_SIZE is 3: a tokenizer needs at least 514 ids"),
        ("DEVICE=tpu", "unknown device 'tpu'"),
    ] {
        refuses(&place, &[setting], &[wanted]);
    }
}

#[test]
fn excluded_runs() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    let data = ["--dataset", "Folder", "--root", "data"];
    refuses(&place, &["--exclude", "data"], &["--exclude without --dataset"]);
    let with_data = |more: &[&str], wanted: &[&str]| refuses(&place, &[more, &data[..]].concat(), wanted);
    with_data(&["--exclude", "data"], &["--exclude data", "data: no images.csv in it: --exclude takes"]);
    with_data(&["--exclude", "nowhere"], &["nowhere: no images.csv in it"]);
    place.write("run/images.csv", "split,image\ntrain,a\n");
    with_data(&["--exclude", "run"], &["run/images.csv: no column 'sha256'"]);
    place.write("run/images.csv", "split,image,sha256\ntrain,a\n");
    with_data(&["--exclude", "run"], &["run/images.csv", "line: 2"]);
    for class in ["cat", "dog"] {
        for i in 0..6 {
            place.write(format!("data/{class}/{i:03}.png"), "text");
        }
    }
    with_data(&[], &["data/", ".png: cannot be read as an image"]);
}

#[test]
fn what_lies_there_already() {
    let place = Place::new();
    place.write("out/model.safetensors", "an old model");
    let path = place.at("out/model.safetensors");
    let args = [&["pretrain", "--output-dir", "old"], &SMALL[..]].concat();
    fs::rename(place.at("out"), place.at("old")).unwrap();
    place.refuses(&args, &["old holds a model already; give --overwrite to replace it"]);
    assert!(!path.exists());
    assert_eq!(fs::read(place.at("old/model.safetensors")).unwrap(), b"an old model");
    fs::remove_file(place.at("old/model.safetensors")).unwrap();
    fs::write(place.at("old/pretrain.state"), "half").unwrap();
    place.refuses(&args, &["old/pretrain.state", "is no pre-training state of this program"]);
}
