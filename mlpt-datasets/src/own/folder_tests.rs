#![allow(clippy::unwrap_used)]

use super::*;
use std::collections::BTreeSet;
use tempfile::TempDir;

/// Empty files: the listing does not decode them.
fn tree(files: &[(&str, usize)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (folder, count) in files {
        let folder = dir.path().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        for i in 0..*count {
            std::fs::write(folder.join(format!("{i:02}.{}", ["jpg", "JPEG", "Png"][i % 3])), "").unwrap();
        }
    }
    dir
}

fn message(dir: &TempDir) -> String {
    folder_splits(dir.path(), 1).unwrap_err().to_string()
}

#[test]
fn half_a_fifth_and_the_rest_of_every_class() {
    let dir = tree(&[("sea_lion", 10), ("cat", 5), (".git", 3)]);
    std::fs::write(dir.path().join("readme.txt"), "").unwrap();
    std::fs::write(dir.path().join("cat/.hidden.jpg"), "").unwrap();
    std::fs::write(dir.path().join("cat/notes.txt"), "").unwrap();
    let (parts, names) = folder_splits(dir.path(), 1).unwrap();
    assert_eq!(names, ["cat", "sea_lion"]);
    // 2.5 goes to the even 2, as Python rounds.
    let counts = parts.each_ref().map(|p| [0, 1].map(|label| p.iter().filter(|i| i.1 == label).count()));
    assert_eq!(counts, [[2, 5], [1, 2], [2, 3]]);
    let all: BTreeSet<_> = parts.iter().flatten().map(|p| &p.0).collect();
    assert_eq!(all.len(), 15);
    assert!(parts.iter().flatten().all(|(path, label)| path.starts_with(["cat/", "sea_lion/"][*label])));
    assert_eq!(folder_splits(dir.path(), 1).unwrap().0, parts);
    assert_ne!(folder_splits(dir.path(), 2).unwrap().0, parts);
}

#[test]
fn given_splits_are_kept() {
    let dir = tree(&[("train/a", 6), ("train/b", 5), ("valid/a", 1), ("test/b", 2), ("test/a", 1)]);
    let (parts, names) = folder_splits(dir.path(), 1).unwrap();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(parts.each_ref().map(Vec::len), [11, 1, 3]);
    assert_eq!(parts[2][1], ("test/b/00.jpg".to_owned(), 1));
}

#[test]
fn without_validation_images_a_fifth_is_set_aside() {
    let dir = tree(&[("train/a", 10), ("train/b", 5), ("test/a", 1)]);
    let (parts, _) = folder_splits(dir.path(), 1).unwrap();
    assert_eq!(parts.each_ref().map(Vec::len), [12, 3, 1]);
    let all: BTreeSet<_> = parts.iter().flatten().collect();
    assert_eq!(all.len(), 16);
}

#[test]
fn a_class_may_be_called_train() {
    let dir = tree(&[("train", 5), ("bus", 5)]);
    assert_eq!(folder_splits(dir.path(), 1).unwrap().1, ["bus", "train"]);
}

#[test]
fn faults_name_their_folder() {
    assert!(message(&tree(&[])).contains("no class folders"));
    assert!(message(&tree(&[("a", 9)])).contains("only one class folder in it, 'a'"));
    assert!(message(&tree(&[("a", 9), ("b", 0)])).contains("class 'b' has no images"));
    assert!(message(&tree(&[("a", 9), ("b", 3)])).contains("class 'b' has 3 images, too few"));
    assert!(message(&tree(&[("train/a", 9), ("train/b", 9), ("val/a", 1)])).contains("no test images"));
    assert!(
        message(&tree(&[("train/a", 9), ("train/b", 2), ("test/a", 1)])).contains("'b' has 2 images, too few to set")
    );
    let extra = tree(&[("train/a", 9), ("train/b", 9), ("test/c", 1)]);
    assert!(message(&extra).contains("class 'c' has no folder below train"));
}
