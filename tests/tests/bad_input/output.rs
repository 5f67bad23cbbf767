//! Where the output cannot go.

use crate::common::behind;
use crate::place::{Place, training, whole};
use std::fs;
use std::process::Stdio;

#[test]
fn a_file_is_in_the_way() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    place.write("file", "x");
    for out in ["file", "file/run/1"] {
        place.refuses_training(&["--output-dir", out], &["file: is a file", "give another --output-dir"]);
        place.refuses(
            &["pretrain", "--output-dir", out, "PRETRAIN.STEPS=1"],
            &["file: is a file", "give another --output-dir"],
        );
    }
    assert_eq!(fs::read(place.at("file")).unwrap(), b"x");
}

/// Files beyond a size are refused, as on a full disk: at the first file, at the state that the run begins
/// with, and at the one after its epoch, which holds momenta too.
#[test]
fn a_full_disk() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    for (blocks, file) in [(1, "draw.json"), (60, "state.safetensors"), (100, "state.safetensors")] {
        let mut command = behind(&format!("trap '' XFSZ; ulimit -f {blocks}"), place.dir());
        let args = training(&["TRAINER.COOP.N_CTX=64"]);
        place.must_refuse(command.args(args), 1, &[&format!("out/{file}: File too large")]);
    }
}

#[test]
fn a_full_standard_output() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    for args in [&["list"][..], &["config"], &["explain", "MLPT"], &["list", "--json"], &["--help"]] {
        let mut command = behind("exec >/dev/full", place.dir());
        place.must_refuse(command.args(args).stdout(Stdio::null()), 1, &["No space left on device"]);
    }
    let zero_shot = ["train", "--trainer", "ZeroshotCLIP", "--dataset", "Folder", "--root", "data", "--json"];
    let mut command = behind("exec >/dev/full", place.dir());
    command.args(zero_shot).args(["--output-dir", "run"]);
    place.must_refuse(&mut command, 1, &["the result cannot be printed", "No space left"]);
    assert!(place.at("run/result.json").is_file(), "the run itself was whole");
}

#[test]
fn runs_that_lie_there_already() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    let run = training(&["--output-dir", "run", "--trainer", "ZeroshotCLIP"]);
    assert!(place.command(&run).output().unwrap().status.success());
    let result = fs::read(place.at("run/result.json")).unwrap();
    place.refuses(&run, &["run: holds this very run, finished", "--output-dir", "--overwrite"]);
    let other = [run.clone(), vec!["SEED=2"]].concat();
    place.refuses(&other, &["run: holds a run with other settings: SEED is 1 there and 2 here", "--overwrite"]);
    assert_eq!(fs::read(place.at("run/result.json")).unwrap(), result, "the finished run is as it was");

    place.refuses_training(&["--resume", "nowhere"], &["nowhere: holds no run to go on with (--resume)"]);
    place.write("run/config.toml", "SEED = \n");
    place.refuses(&run, &["run/config.toml: is no TOML file"]);
    place.write("run/config.toml", b"SEED = 1 # \xff\n");
    place.refuses(&run, &["run/config.toml", "is not UTF-8 text"]);
    whole(&place.at("nowhere"));
}
