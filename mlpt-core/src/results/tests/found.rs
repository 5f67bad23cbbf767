use super::tree::{grid, made};
use crate::results::find;
use std::fs;

#[test]
fn every_run_is_found_once_and_unfinished_ones_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    grid(root);
    made("CoOp", 4, 8, 0).write_unfinished(root, "coop/8/seed4");
    made("CoOp", 9, 8, 100).write(root, ".old/seed9");
    fs::create_dir(root.join("other")).unwrap();
    fs::write(root.join("other/config.toml"), "[server]\nport = 80\n").unwrap();
    let found = find(&[root.join("mlpt"), root.to_owned(), root.join("coop/../coop/0/seed1")]).unwrap();
    assert_eq!(found.runs.len(), 18);
    assert_eq!(found.unfinished, [root.join("coop/8/seed4")]);
    let dirs: Vec<_> = found.runs.iter().map(|r| r.dir.clone()).collect();
    assert!(dirs[..6].is_sorted() && dirs[0].ends_with("mlpt/0/seed1"), "the order of the folders that were named");
    assert_eq!(find(&[root.join(".old")]).unwrap().runs.len(), 1, "a hidden folder that is named counts");
    assert_eq!(find(&[root.join("mlpt/8/seed2")]).unwrap().runs.len(), 1, "a run directory itself");
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    grid(dir.path());
    std::os::unix::fs::symlink(dir.path(), dir.path().join("coop/again")).unwrap();
    assert_eq!(find(&[dir.path().to_owned()]).unwrap().runs.len(), 18);
}

#[test]
fn folders_without_runs_are_faults() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_owned();
    let message = |dirs: &[std::path::PathBuf]| find(dirs).unwrap_err().to_string();
    assert!(message(&[root.join("none")]).contains("none: does not exist"));
    made("CoOp", 1, 0, 100).write(&root, "a");
    fs::create_dir(root.join("empty")).unwrap();
    assert!(message(&[root.join("a"), root.join("empty")]).contains("empty: holds no run"));
    assert!(message(&[root.join("a/result.json")]).contains("is no directory"));
    made("CoOp", 1, 0, 100).write_unfinished(&root, "b");
    let only = message(&[root.join("b")]);
    assert!(only.contains("none of the 1 runs is finished") && only.contains("--resume"), "{only}");
}

#[test]
fn broken_runs_are_faults_that_name_the_file() {
    let run = || made("CoOp", 1, 0, 100);
    let cases: [(&str, super::tree::Made, &str); 7] = [
        ("version", run().with("/version", 2), "has version 2; this program reads version 1"),
        ("no field", run().with("/noise", 3), "result.json: is no whole result of a run"),
        ("text for a number", run().with("/accuracy", "high"), "`total`, but not every score"),
        ("wrong share", run().with("/accuracy", 51.0), "100 right of 200 is not an accuracy of 51 %"),
        ("no images", run().with("/total", 0), "100 right of 0"),
        ("zero-shot", run().with("/zero_shot/correct", 500), "500 right of 200"),
        (
            "other seed",
            run().with("/seed", 2),
            "config.toml: is of another run than result.json beside it: SEED is 1, not 2",
        ),
    ];
    for (name, made, wanted) in cases {
        let dir = tempfile::tempdir().unwrap();
        made.write(dir.path(), "a");
        let message = find(&[dir.path().to_owned()]).unwrap_err().to_string();
        assert!(message.contains(wanted), "{name}: {message}");
    }
    let dir = tempfile::tempdir().unwrap();
    let a = run().write(dir.path(), "a");
    let with = |file: &str, text: &str, wanted: &str| {
        run().write(dir.path(), "a");
        fs::write(a.join(file), text).unwrap();
        let message = find(&[dir.path().to_owned()]).unwrap_err().to_string();
        assert!(message.contains(file) && message.contains(wanted), "{message}");
    };
    with("result.json", "", "is no whole result");
    with("result.json", "{\"version\": 1, \"dataset\"", "is no whole result");
    with("result.json", "[]", "is no whole result");
    with("config.toml", "SEED = ", "is no TOML file");
    with("config.toml", "SEED = 1\n", "has no LOSS.NAME");
    fs::remove_file(a.join("config.toml")).unwrap();
    run().write(dir.path(), "b");
    assert!(find(&[dir.path().to_owned()]).unwrap_err().to_string().contains("no config.toml"));
}
