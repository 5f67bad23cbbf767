//! The data set from outside: read, trained on, and refused where it is not as it should be.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const NAMES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

fn run(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_custom-trainer"));
    command.args(args).current_dir(dir).env("HF_HUB_OFFLINE", "1").env("XDG_CACHE_HOME", dir.join("cache"));
    command.output().unwrap()
}

/// `count` pictures, 9 wide and 8 high, of three classes in turn: their upper, middle or lower part is light.
fn write(dir: &Path, name: &str, count: u8) {
    let head = |magic: u32, sizes: &[u32]| -> Vec<u8> {
        std::iter::once(magic).chain(sizes.iter().copied()).flat_map(u32::to_be_bytes).collect()
    };
    let pixel = |number: u8, at: u8| if at / 27 == number % 3 { 200 + number } else { at };
    let pictures = (0..count).flat_map(|number| (0..72).map(move |at| pixel(number, at)));
    let images = head(0x0803, &[count.into(), 8, 9]).into_iter().chain(pictures).collect::<Vec<u8>>();
    let labels = head(0x0801, &[count.into()]).into_iter().chain((0..count).map(|n| n % 3)).collect::<Vec<u8>>();
    fs::write(dir.join(format!("{name}-images-idx3-ubyte")), images).unwrap();
    fs::write(dir.join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
}

fn data(dir: &Path) {
    fs::create_dir(dir.join("data")).unwrap();
    write(&dir.join("data"), "train", 30);
    write(&dir.join("data"), "t10k", 12);
}

const CHECK: [&str; 6] =
    ["data", "check", "Idx", "--root", "data", "DATASET.IDX.CLASSES=['upper part', 'middle', 'lower part']"];

#[test]
fn it_is_read_and_trained_on() {
    let dir = tempfile::tempdir().unwrap();
    data(dir.path());
    let check = run(dir.path(), &[&CHECK[..], &["--decode"]].concat());
    let told = String::from_utf8(check.stdout).unwrap();
    assert!(check.status.success(), "{told}{}", String::from_utf8_lossy(&check.stderr));
    assert!(told.contains("24") && told.contains("6") && told.contains("12"), "{told}");
    let train = run(
        dir.path(),
        &[
            &["train", "--trainer", "CoOp", "--dataset", "mnist", "--output-dir", "run"],
            &CHECK[3..],
            &["SEED=1", "DATASET.NUM_SHOTS=4", "DATASET.NUM_FP=1", "OPTIM.MAX_EPOCH=2", "OPTIM.WARMUP_EPOCH=1"],
        ]
        .concat(),
    );
    assert!(train.status.success(), "{}", String::from_utf8_lossy(&train.stderr));
    let noise = fs::read_to_string(dir.path().join("run/noise.csv")).unwrap();
    assert!(noise.contains("train/000"), "{noise}");
    let about = fs::read_to_string(dir.path().join("run/run.json")).unwrap();
    assert!(about.contains("\"upper part\""), "{about}");
    // Test images are kept by their pixels, so that a second run encodes none of them.
    let kept = run(dir.path(), &["features", "list", "--json"]);
    let kept = String::from_utf8(kept.stdout).unwrap();
    assert!(kept.contains("\"images\": 1"), "{kept}");
}

#[test]
fn what_is_wrong_is_named() {
    let refused = |change: &dyn Fn(&Path), wanted: &str| {
        let dir = tempfile::tempdir().unwrap();
        data(dir.path());
        change(&dir.path().join("data"));
        let ran = run(dir.path(), &CHECK);
        let told = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{wanted}: {told}");
        assert!(told.contains(wanted) && !told.contains("panicked"), "{told}");
    };
    let changed = |name: &'static str, change: fn(&mut Vec<u8>)| {
        move |data: &Path| {
            let mut bytes = fs::read(data.join(name)).unwrap();
            change(&mut bytes);
            fs::write(data.join(name), bytes).unwrap();
        }
    };
    for name in NAMES {
        refused(&changed(name, |bytes| bytes.truncate(6)), &format!("{name}: it breaks off within its head"));
        refused(&changed(name, |bytes| bytes.push(0)), "behind its head");
        refused(&changed(name, |bytes| bytes[2] = 0x1f), &format!("{name}: it begins with 0x00001f"));
        refused(&|data| fs::remove_file(data.join(name)).unwrap(), name);
    }
    refused(&changed(NAMES[1], |bytes| bytes[8 + 5] = 3), "label 5 is 3, but DATASET.IDX.CLASSES names 3 classes");
    refused(&changed(NAMES[0], |bytes| bytes[11] = 0), "behind its head");
    refused(&|data| write(data, "train", 6), "class 'upper part' has fewer than 3");
    let fewer = |data: &Path| {
        let mut bytes = fs::read(data.join(NAMES[3])).unwrap();
        bytes.truncate(8 + 11);
        bytes[7] = 11;
        fs::write(data.join(NAMES[3]), bytes).unwrap();
    };
    refused(&fewer, "it holds 11 labels");

    let dir = tempfile::tempdir().unwrap();
    data(dir.path());
    let nameless = run(dir.path(), &CHECK[..5]);
    assert!(String::from_utf8_lossy(&nameless.stderr).contains("DATASET.IDX.CLASSES is empty"));
}
