//! CoOp's split files where they are present: below `MLPT_TEST_DATA`, or `shared/data` beside the repository.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use mlpt_datasets::published::{PUBLISHED, find};
use mlpt_datasets::split_file::SplitFile;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn six_published_split_files_have_the_published_sizes() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let root = std::env::var_os("MLPT_TEST_DATA").map_or(beside, PathBuf::from).join("splits");
    let names = ["DescribableTextures", "EuroSAT", "OxfordFlowers", "OxfordPets", "StanfordCars", "UCF101"]
        .map(|n| find(n).unwrap());
    let mut skipped = 0;
    for set in names {
        let path = root.join(set.folder).join(set.split_file.unwrap());
        if !path.is_file() {
            skipped += 1;
            continue;
        }
        let split = SplitFile::read(&path).unwrap();
        assert_eq!([&split.train, &split.val, &split.test].map(Vec::len), set.sizes, "{}", set.name);
        assert_eq!(split.class_names().len(), set.classes, "{}", set.name);
    }
    if skipped > 0 {
        eprintln!("skipped: {skipped} of 6 split files are not below {} (set MLPT_TEST_DATA)", root.display());
    }
}

#[test]
fn the_table_is_in_itself_right() {
    let mut names = BTreeSet::new();
    for set in &PUBLISHED {
        for name in set.aliases.iter().chain([&set.name]) {
            assert!(names.insert(name.to_lowercase()), "{name} stands twice");
            assert_eq!(find(&name.to_uppercase()).unwrap().name, set.name);
        }
        assert_eq!(set.template.matches("{}").count(), 1, "{}", set.name);
        // The long text tells the numbers that the check counts with.
        for number in set.sizes.iter().chain([&set.classes]).filter(|n| **n > 0) {
            let told = set.doc.split(|c: char| !c.is_ascii_digit()).any(|word| word == number.to_string());
            assert!(
                told || *number == set.classes && set.name.starts_with("ImageNet"),
                "{} does not tell {number}",
                set.name
            );
        }
        assert_eq!(set.is_test_only(), set.sizes[..2] == [0, 0]);
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/datasets");
        let named = std::fs::read_dir(config)
            .unwrap()
            .flatten()
            .any(|file| std::fs::read_to_string(file.path()).unwrap().contains(&format!("NAME: \"{}\"", set.name)));
        assert!(named, "no file in configs/datasets names {}", set.name);
    }
}
