//! Grids of runs: planned, run, stopped, gone on with, and handed to a scheduler.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use common::process::{Running, Stop};
use common::same::{assert_same, masked};
use common::{Ran, animals, command, mlpt};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A small run of one learner on pictures that are drawn in moments.
const SMALL: [&str; 9] = [
    "--dataset",
    "Folder",
    "--root",
    "data",
    "DATASET.NUM_SHOTS=2",
    "OPTIM.MAX_EPOCH=2",
    "OPTIM.WARMUP_EPOCH=1",
    "TRAINER.COOP.N_CTX=2",
    "DATALOADER.TRAIN_X.BATCH_SIZE=4",
];

fn sweep<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["sweep"], more, &SMALL].concat()
}

/// The files of a cell but for what its process said, seconds among it.
fn cell(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = masked(dir, &[]);
    assert!(files.remove("sweep.txt").is_some());
    files
}

fn states(document: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(document).unwrap();
    let text = |cell: &Value, key: &str| cell[key].as_str().unwrap().to_owned();
    document["cells"].as_array().unwrap().iter().map(|c| (text(c, "name"), text(c, "state"))).collect()
}

#[test]
fn cells_run_once_each_and_make_a_table() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let grid = ["-s", "SEED=1..2", "-s", "TRAINER.NAME=CoOp,ZeroshotCLIP", "--output-dir", "all", "--jobs", "2"];
    let plan = mlpt(dir.path(), &sweep(&[&grid[..], &["--plan", "--json"]].concat())).ok();
    let names = ["CoOp SEED=1", "CoOp SEED=2", "ZeroshotCLIP SEED=1", "ZeroshotCLIP SEED=2"];
    let of = |state: &str| names.map(|name| (name.to_owned(), state.to_owned())).to_vec();
    assert_eq!(states(&plan.stdout), of("new"));
    let seconds = &serde_json::from_str::<Value>(&plan.stdout).unwrap()["estimate_s"];
    assert!(seconds[0].as_f64().unwrap() > 0.0 && seconds[1].as_f64() >= seconds[0].as_f64(), "{seconds}");
    assert!(!dir.path().join("all").exists(), "a plan writes nothing");

    let ran = mlpt(dir.path(), &sweep(&[&grid[..], &["--no-estimate", "--json"]].concat())).ok();
    assert_eq!(states(&ran.stdout), of("done"));
    assert_eq!(ran.stderr, "");
    let again = mlpt(dir.path(), &sweep(&grid)).ok();
    assert!(again.stdout.contains("4 finished, 0 begun, 0 new; 2 at a time"), "{}", again.stdout);
    assert!(again.stdout.contains("0 done in"), "{}", again.stdout);

    // A cell is the run that its settings make by themselves.
    let alone = sweep(&["--trainer", "CoOp", "--seed", "2", "--output-dir", "alone"]);
    Ran::of(command(dir.path()).arg("train").args(&alone[1..]).env("RAYON_NUM_THREADS", "1")).ok();
    let (alone, cell) = (masked(&dir.path().join("alone"), &[]), cell(&dir.path().join("all/TRAINER=CoOp/SEED=2")));
    for file in ["draw.json", "noise.csv", "images.csv", "prompt_learner/model.safetensors-2"] {
        assert_eq!(alone[file], cell[file], "{file}");
    }

    let table: Value = serde_json::from_str(&mlpt(dir.path(), &["results", "all", "--json"]).ok().stdout).unwrap();
    assert!(table.to_string().contains("ZeroshotCLIP"), "{table}");
    // One more value adds its cells and leaves the others alone.
    let more = ["-s", "SEED=1..3", "-s", "TRAINER.NAME=CoOp,ZeroshotCLIP", "--output-dir", "all", "--no-estimate"];
    let more = mlpt(dir.path(), &sweep(&[&more[..], &["--json"]].concat())).ok();
    let done: Vec<String> =
        states(&more.stdout).into_iter().filter(|(_, state)| state == "done").map(|(name, _)| name).collect();
    assert_eq!(done, ["CoOp SEED=3", "ZeroshotCLIP SEED=3"]);
}

#[test]
fn a_cell_that_fails_is_listed_and_leaves_the_others_alone() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    // Only the data can tell that there are not so many images.
    let args = ["sweep", "--dataset", "Folder", "--root", "data", "--trainer", "ZeroshotCLIP", "--seed", "1"];
    let grid = ["-s", "DATASET.NUM_SHOTS=9999,1,2", "--output-dir", "all", "--no-estimate"];
    let ran = mlpt(dir.path(), &[&args[..], &grid].concat());
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stderr.contains("error: 1 of 3 cells failed"), "{}", ran.stderr);
    assert!(ran.stdout.contains("NUM_SHOTS=9999 failed"), "{}", ran.stdout);
    assert!(ran.stdout.contains("9999 training images a class are asked for"), "{}", ran.stdout);
    assert!(ran.stdout.contains("2 done in"), "{}", ran.stdout);
    let again = mlpt(dir.path(), &[&args[..], &grid, &["--json"]].concat());
    assert_eq!(again.code, Some(1));
    let states: Vec<String> = states(&again.stdout).into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["failed", "before", "before"]);
}

#[test]
fn stopped_and_gone_on_with_it_ends_with_the_same_numbers() {
    let whole = tempfile::tempdir().unwrap();
    animals(&whole.path().join("data"));
    let grid = ["--trainer", "CoOp", "-s", "SEED=1..2", "--no-estimate", "OPTIM.MAX_EPOCH=30", "--output-dir", "run"];
    let small: Vec<&str> = sweep(&grid).into_iter().filter(|word| *word != "OPTIM.MAX_EPOCH=2").collect();
    mlpt(whole.path(), &small).ok();
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let state = dir.path().join("run/SEED=1/state.safetensors");
    let mut running = Running::start(dir.path(), &small);
    if running.wait_until(|| state.exists()) {
        let output = running.stop(Stop::Interrupt);
        if !dir.path().join("run/SEED=2/result.json").exists() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(130), "{said}");
            assert!(said.contains("run the same command again"), "{said}");
            let plan = mlpt(dir.path(), &[&small[..], &["--plan", "--json"]].concat()).ok();
            assert_eq!(states(&plan.stdout)[1].1, "new");
        }
    }
    mlpt(dir.path(), &small).ok();
    for seed in ["run/SEED=1", "run/SEED=2"] {
        assert_same(&cell(&whole.path().join(seed)), &cell(&dir.path().join(seed)), seed);
    }
}

#[test]
fn a_scheduler_gets_the_cells_that_are_not_finished() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let file = dir.path().join("it's a grid.toml");
    let cases = "[settings]\nSEED = 1\n[[cases]]\nname = \"one\"\nTRAINER.NAME = \"ZeroshotCLIP\"\n\
                 [[cases]]\nname = \"two words\"\nTRAINER.NAME = \"CoOp\"\nTRAINER.COOP.CTX_INIT = \"it's a $HOME of a\"\n";
    fs::write(&file, cases).unwrap();
    let grid = ["--grid", "it's a grid.toml", "--emit", "slurm", "--jobs", "3"];
    let script = mlpt(dir.path(), &sweep(&grid)).ok().stdout;
    assert!(script.contains("#SBATCH --array=0-1%3\n"), "{script}");
    assert!(script.contains("RAYON_NUM_THREADS:-$SLURM_CPUS_ON_NODE"), "{script}");
    fs::write(dir.path().join("job.sh"), &script).unwrap();
    let task = |number: &str| {
        let mut shell = command(dir.path());
        let program = shell.get_program().to_owned();
        shell.env("MLPT", program).env("SLURM_ARRAY_TASK_ID", number);
        let variables: Vec<_> = shell.get_envs().map(|(k, v)| (k.to_owned(), v.map(ToOwned::to_owned))).collect();
        let mut bash = std::process::Command::new("bash");
        for (name, value) in variables {
            match value {
                Some(value) => bash.env(name, value),
                None => bash.env_remove(name),
            };
        }
        // From another folder.
        Ran::of(bash.arg(dir.path().join("job.sh")).current_dir("/"))
    };
    task("1").ok();
    let result = dir.path().join("output/it's a grid/two-words/result.json");
    let result: Value = serde_json::from_str(&fs::read_to_string(result).unwrap()).unwrap();
    assert_eq!(result["trainer"], "CoOp");
    let config = fs::read_to_string(dir.path().join("output/it's a grid/two-words/config.toml")).unwrap();
    assert!(config.contains("it's a $HOME of a"), "{config}");
    let script = mlpt(dir.path(), &sweep(&grid)).ok().stdout;
    assert!(script.contains("--array=0-0%3") && !script.contains("two-words"), "{script}");
    fs::write(dir.path().join("job.sh"), &script).unwrap();
    task("0").ok();
    let ran = mlpt(dir.path(), &sweep(&grid));
    assert!(ran.code == Some(1) && ran.stderr.contains("every cell of"), "{}", ran.stderr);
}

#[test]
fn faults_are_told_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let refused = |more: &[&str], wanted: &str| {
        let ran = mlpt(dir.path(), &sweep(&[more, &["--no-estimate", "--output-dir", "all"]].concat()));
        assert_eq!(ran.code, Some(1), "{more:?}: {}", ran.stdout);
        assert!(ran.stderr.contains(wanted) && !ran.stderr.contains("panicked"), "{more:?}: {}", ran.stderr);
        assert!(!dir.path().join("all").exists(), "{more:?}");
    };
    refused(&["--trainer", "CoOp"], "nothing varies in this grid");
    refused(&["--trainer", "CoOp", "-s", "SEED=a"], "cell 'SEED=a'");
    refused(&["--trainer", "CoOp", "-s", "OPTIM.LRR=1,2"], "did you mean: OPTIM.LR");
    refused(&["-s", "TRAINER.NAME=CoOp,CoOpp", "--seed", "1"], "cell 'CoOpp'");
    refused(&["--trainer", "CoOp", "-s", "SEED=1,2", "--seed", "3"], "SEED varies in this grid");
    refused(&["--trainer", "CoOp", "-s", "SEED=1,2", "SEED", "3"], "SEED varies in this grid");
    refused(&["--trainer", "CoOp", "-s", "SEED=1,2", "--resume", "x"], "RESUME is of a single run");
    refused(&["--trainer", "CoOp", "-s", "LOSS.NAME=ce,gce"], "needs a SEED");
    refused(&["--grid", "none.toml"], "none.toml");
    // Another run in a cell's place.
    let one = ["--trainer", "ZeroshotCLIP", "-s", "SEED=1", "--output-dir", "there", "--no-estimate"];
    mlpt(dir.path(), &sweep(&one)).ok();
    let other = ["--trainer", "CoOp", "-s", "SEED=1", "--output-dir", "there", "--no-estimate"];
    let ran = mlpt(dir.path(), &sweep(&other));
    assert!(
        ran.code == Some(1) && ran.stderr.contains("there/SEED=1: holds a run with other settings"),
        "{}",
        ran.stderr
    );
}
