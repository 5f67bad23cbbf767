//! What is wrong with a published data set is told with its file and line.

use crate::common::mlpt;
use crate::miniature::MINIATURES;
use std::path::Path;

/// `data check` and `train` on the miniature of `name`, spoilt by `spoil`, both say `wanted`.
fn refuses(name: &str, spoil: impl Fn(&Path), wanted: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data");
    MINIATURES.iter().find(|m| m.name == name).unwrap().build(&root);
    spoil(&root);
    let check = mlpt(dir.path(), &["data", "check", name, "--root", "data"]);
    assert_eq!(check.code, Some(1), "{}", check.stdout);
    for text in wanted {
        assert!(check.stdout.contains(text), "no '{text}' in: {}{}", check.stdout, check.stderr);
    }
    let train = ["train", "--dataset", name, "--root", "data", "--trainer", "ZeroshotCLIP", "--output-dir", "run"];
    let train = mlpt(dir.path(), &train);
    assert_eq!(train.code, Some(1), "{}", train.stdout);
    assert!(train.stderr.contains(wanted[0]), "no '{}' in: {}", wanted[0], train.stderr);
    assert!(!train.stderr.contains("panicked") && !dir.path().join("run").exists(), "{}", train.stderr);
}

fn write(path: &str, text: &'static str) -> impl Fn(&Path) {
    move |root: &Path| std::fs::write(root.join(path), text).unwrap()
}

#[test]
fn broken_lists() {
    let line = "images_variant_val.txt: line 2: variant 'Boing' is not in variants.txt";
    refuses("FGVCAircraft", write("fgvc_aircraft/images_variant_val.txt", "0000100 707-320\n0000101 Boing\n"), &[line]);
    refuses(
        "FGVCAircraft",
        write("fgvc_aircraft/images_variant_val.txt", "0000100\n"),
        &["line 1: an image and a variant"],
    );
    let pets = "oxford_pets/annotations/trainval.txt";
    refuses("OxfordPets", write(pets, "Abyssinian_1 0 1 1\n"), &["trainval.txt: line 1: '0' is no class number"]);
    refuses("OxfordPets", write(pets, "Abyssinian 1 1 1\n"), &["line 1: 'Abyssinian' does not begin with a breed"]);
    refuses("OxfordPets", write(pets, "Abyssinian_1 1 1 1\n"), &["class 'abyssinian' has 1 training images"]);
    let sun = "sun397/Testing_01.txt";
    refuses(
        "SUN397",
        write(sun, "/b/bar/sun_1.jpg\n"),
        &["Testing_01.txt: line 1: class '/b/bar' is not in ClassName.txt"],
    );
    let ucf = "ucf101/ucfTrainTestlist/testlist01.txt";
    refuses(
        "UCF101",
        write(ucf, "\n\nPunch/v_1.avi\n"),
        &["testlist01.txt: line 3: action 'Punch' is not in classInd.txt"],
    );
    refuses(
        "ImageNet",
        write("imagenet/classnames.txt", "n01440764 tench\n"),
        &["n01443537: classnames.txt has no name"],
    );
    refuses(
        "ImageNetV2",
        write("imagenetv2/classnames.txt", "a b\nc d\ne f\ng h\ni j\n"),
        &["folder of class 4 ('j')"],
    );
    refuses(
        "ImageNetR",
        |root| std::fs::remove_file(root.join("imagenet-rendition/classnames.txt")).unwrap(),
        &["classnames.txt: the list of class names is not there"],
    );
}

#[test]
fn broken_matlab_files() {
    let golden = crate::common::workspace().join("tests/golden/mat");
    let labels = "oxford_flowers/imagelabels.mat";
    let copy = |from: &'static str| {
        let from = golden.join(from);
        move |root: &Path| {
            std::fs::copy(&from, root.join(labels)).unwrap();
        }
    };
    refuses("OxfordFlowers", copy("fractions.mat"), &["imagelabels.mat: labels(", "classes are whole numbers from 1"]);
    refuses("OxfordFlowers", copy("structures.mat"), &["imagelabels.mat: "]);
    refuses("OxfordFlowers", write(labels, "no MATLAB"), &["imagelabels.mat: is no MATLAB file"]);
    let whole = std::fs::read(golden.join("compressed-bytes.mat")).unwrap();
    for length in [0, 100, 128, 140, whole.len() / 2, whole.len() - 1] {
        let cut = whole[..length].to_vec();
        refuses("OxfordFlowers", move |root| std::fs::write(root.join(labels), &cut).unwrap(), &["imagelabels.mat: "]);
    }
    refuses(
        "OxfordFlowers",
        write("oxford_flowers/cat_to_name.json", r#"{"1": "a", "2": "b"}"#),
        &["cat_to_name.json: has no name for class 3"],
    );
    refuses(
        "StanfordCars",
        |root| std::fs::remove_file(root.join("stanford_cars/split_zhou_StanfordCars.json")).unwrap(),
        &["split_zhou_StanfordCars.json: CoOp's split file is not there, and the labels of StanfordCars"],
    );
}

#[test]
fn folders_with_too_few_images() {
    let empty = |root: &Path| std::fs::create_dir(root.join("dtd/images/woven")).unwrap();
    refuses("DescribableTextures", empty, &["dtd/images/woven: there are no images in it"]);
    let one = |root: &Path| {
        let folder = root.join("food-101/images");
        std::fs::create_dir(folder.join("ramen")).unwrap();
        std::fs::copy(folder.join("pho/0000.jpg"), folder.join("ramen/0.jpg")).unwrap();
    };
    refuses("Food101", one, &["class 'ramen' has 1 images, too few for a split of 50, 20 and 30 %"]);
}

#[test]
fn folders_in_the_wrong_place_and_missing_images() {
    let moved = |root: &Path| std::fs::rename(root.join("dtd"), root.join("dtd-r1.0.1")).unwrap();
    refuses("DescribableTextures", moved, &["dtd/images: the folder of", "lies at data/dtd-r1.0.1/images: move it"]);
    let gone = |root: &Path| {
        let folder = root.join("fgvc_aircraft/images");
        std::fs::rename(folder.join("0000000.jpg"), folder.join("0000000.JPG")).unwrap();
        std::fs::remove_file(folder.join("0000101.jpg")).unwrap();
    };
    let wanted = [
        "2 of 18",
        "missing  data/fgvc_aircraft/images/0000000.jpg",
        "found  data/fgvc_aircraft/images/0000000.JPG",
        "missing  data/fgvc_aircraft/images/0000101.jpg",
        "found  nothing like it",
        "2 images are missing",
    ];
    refuses("FGVCAircraft", gone, &wanted);
}

#[test]
fn a_root_without_any_set_and_unknown_names() {
    let dir = tempfile::tempdir().unwrap();
    let ran = mlpt(dir.path(), &["data", "check", "--root", "."]);
    assert!(ran.code == Some(1) && ran.stderr.contains("no published data set lies there"), "{}", ran.stderr);
    let ran = mlpt(dir.path(), &["data", "check"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("say which data set"), "{}", ran.stderr);
    let ran = mlpt(dir.path(), &["data", "check", "Caltech", "--root", "."]);
    assert!(ran.code == Some(1) && ran.stderr.contains("did you mean: Caltech101"), "{}", ran.stderr);
}
