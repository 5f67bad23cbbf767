//! The command with names from outside: alone, and one half of mutual learning.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

fn run(dir: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_custom-trainer"));
    let output = command.args(args).current_dir(dir).env("HF_HUB_OFFLINE", "1").output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told
}

#[test]
fn a_mechanism_from_outside_trains_alone_and_in_a_pair() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let data = ["--dataset", "Pictograms", "--seed", "1"];
    let short =
        ["DATASET.NUM_SHOTS=4", "DATASET.NUM_FP=1", "OPTIM.MAX_EPOCH=2", "WARMUP.EPOCH=1", "OPTIM.WARMUP_EPOCH=-1"];
    let run = |more: &[&str]| run(dir, &[&["train"], &data[..], more, &short[..]].concat());
    run(&["--trainer", "TaskRes", "--output-dir", "alone", "TRAINER.TASKRES.ALPHA=0.7"]);
    assert!(dir.join("alone/result.json").is_file());
    let told = run(&["--trainer", "MLPT", "--output-dir", "pair", "TRAINER.MLPT.LEARNER2.MECHANISM=TaskRes"]);
    assert!(told.contains("CoOp + TaskRes"), "{told}");
    let result = std::fs::read_to_string(dir.join("pair/result.json")).unwrap();
    assert!(result.contains("\"TaskRes\"") && result.contains("\"auroc\""), "{result}");
    assert!(dir.join("pair/prompt_learner2").is_dir());
    let told = run(&["--trainer", "LinearProbe", "--output-dir", "probe"]);
    assert!(told.contains("LinearProbe"), "{told}");
}

#[test]
fn an_estimate_names_what_a_stranger_does_not_tell() {
    let dir = tempfile::tempdir().unwrap();
    let short =
        ["--dataset", "Pictograms", "--seed", "1", "DATASET.NUM_SHOTS=4", "OPTIM.MAX_EPOCH=2", "WARMUP.EPOCH=1"];
    let of = |more: &[&str]| run(dir.path(), &[&["estimate", "--trainer"], more, &short[..]].concat());
    let known = of(&["CoOp"]);
    assert!(!known.contains("missing") && !known.contains("not known"), "{known}");
    for stranger in [&["LinearProbe"][..], &["TaskRes"], &["MLPT", "TRAINER.MLPT.LEARNER2.MECHANISM=TaskRes"]] {
        let told = of(stranger);
        assert!(told.contains("time                not known"), "{told}");
        assert!(told.lines().any(|line| line.trim_start().starts_with("missing ")), "{told}");
        // What does not hang on it is told all the same.
        assert!(told.contains("weights") && told.contains("train 96"), "{told}");
    }
}

/// The pages for authors show these files as they are.
#[test]
fn the_pages_show_the_files_as_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [
        ("new-trainer.md", "src/main.rs"),
        ("new-trainer.md", "src/task_residual.rs"),
        ("new-dataset.md", "src/idx.rs"),
    ];
    for (page, file) in files {
        let text = std::fs::read_to_string(root.join("../../docs").join(page)).unwrap();
        let code = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(&format!("```rust\n{code}```\n")), "docs/{page} does not hold {file} as it is");
    }
}
