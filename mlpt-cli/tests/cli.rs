//! The binary as a user meets it. Nothing here trains.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const CONFIGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../configs");

fn mlpt(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlpt"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MLPT__") || name == "RUST_LOG") {
        command.env_remove(name);
    }
    // No test asks the real hub.
    command.env("HF_HUB_OFFLINE", "1").env("HF_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/hf-home"));
    command.env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache-home"));
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).args(args).output().unwrap()
}

fn good(args: &[&str]) -> String {
    let output = mlpt(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&good(args)).unwrap()
}

/// Standard error of a command that fails with `code`.
fn bad(code: i32, args: &[&str]) -> String {
    let output = mlpt(args);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {message}");
    assert!(!message.contains("panicked"), "{message}");
    message
}

#[test]
fn a_published_command_line_resolves() {
    let dataset = format!("{CONFIGS}/datasets/caltech101.yaml");
    let trainer = format!("{CONFIGS}/trainers/CoOp/rn50_ep50.yaml");
    let line = [
        "config",
        "--json",
        "--root",
        "DATA",
        "--seed",
        "1",
        "--trainer",
        "CoOp",
        "--dataset-config-file",
        &dataset,
        "--config-file",
        &trainer,
        "--output-dir",
        "out",
        "--num-fp",
        "0",
        "--use-robustloss",
        "--prompt-depth",
        "9",
        "TRAINER.COOP.N_CTX",
        "4",
        "TRAINER.COOP.CSC",
        "False",
        "TRAINER.COOP.CLASS_TOKEN_POSITION",
        "end",
        "DATASET.NUM_SHOTS",
        "16",
    ];
    let all = json(&line);
    let is = |key: &str, value: Value| assert_eq!(all[key]["value"], value, "{key}");
    is("TRAINER.NAME", "CoOp".into());
    is("DATASET.NAME", "Caltech101".into());
    is("DATASET.ROOT", "DATA".into());
    is("SEED", 1.into());
    is("TRAINER.COOP.N_CTX", 4.into());
    is("TRAINER.COOP.CSC", false.into());
    is("LOSS.NAME", "gce".into());
    is("OPTIM.MAX_EPOCH", 50.into());
    is("MODEL.BACKBONE.NAME", "RN50".into());
    assert_eq!(all["DATASET.NUM_FP"]["layer"], "flag", "0 is a value");
    assert_eq!(all["OPTIM.LR"]["from"], trainer.as_str());
    assert_eq!(all["TRAINER.COOP.N_CTX"]["layer"], "override");
}

#[test]
fn without_any_choice_it_is_the_demonstration() {
    let output = mlpt(&["config", "--json"]);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("using preset 'demo'"));
    assert_eq!(all["DATASET.NAME"]["value"], "Pictograms");
    assert_eq!(all["DATASET.NUM_FP"]["value"], 8);
    assert_eq!(all["INPUT.SIZE"]["layer"], "model");
    let chosen = json(&["config", "--json", "--trainer", "MLPT"]);
    assert_eq!(chosen["DATASET.NUM_FP"]["value"], 0, "a choice of one's own makes nothing noisy");
    assert_eq!(chosen["TRAINER.MLPT.LEARNER1.N_CTX"]["value"], Value::Null);
}

#[test]
fn an_earlier_runs_settings_count_below_all_others() {
    let run = tempfile::tempdir().unwrap();
    std::fs::write(run.path().join("config.toml"), "TRAINER.NAME = \"CoOp\"\nSEED = 5\nOPTIM.MAX_EPOCH = 7\n").unwrap();
    let dir = run.path().to_str().unwrap();
    for line in [vec!["config", "--json", "--resume", dir], vec!["config", "--json", "--eval-only", "--model-dir", dir]]
    {
        let all = json(&[line, vec!["OPTIM.MAX_EPOCH", "8"]].concat());
        assert_eq!(all["TRAINER.NAME"]["value"], "CoOp", "not the demonstration");
        assert_eq!(all["SEED"]["value"], 5);
        assert_eq!(all["OPTIM.MAX_EPOCH"]["value"], 8);
    }
}

#[test]
fn settings_print_as_a_table() {
    let text = good(&["config", "--trainer", "CoOp", "--seed", "0", "OPTIM.LR=1", "--all"]);
    let line = |key: &str| {
        let line = text.lines().find(|l| l.trim_start().starts_with(key)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("SEED"), "SEED 0 flag --seed");
    assert_eq!(line("LR "), "LR 1.0 command line");
    assert!(text.contains("\nTRAINER.MLPT.LEARNER2\n"));
}

#[test]
fn lists() {
    for (kind, name) in [
        ("datasets", "Pictograms"),
        ("trainers", "MLPT"),
        ("samplers", "RandomSampler"),
        ("noise", "instance-replace"),
        ("selectors", "small-loss"),
        ("mechanisms", "CoOp"),
        ("presets", "demo"),
    ] {
        let all = json(&["list", kind, "--json"]);
        let names: Vec<&str> = all.as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect();
        assert!(names.contains(&name), "{kind}: {names:?}");
        assert!(good(&["list", kind]).contains(name));
        assert!(good(&["list"]).contains(name));
    }
}

#[test]
fn explains_names_keys_and_sections() {
    let coop = json(&["explain", "coop", "--json"]);
    assert_eq!(coop["names"].as_array().unwrap().len(), 2, "a trainer and a mechanism");
    assert!(good(&["explain", "fp-substitute"]).starts_with("instance-replace (noise model)"));
    let key = good(&["explain", "optim.lr"]);
    assert!(key.contains("type") && key.contains("default of trainer CoOp"), "{key}");
    assert!(good(&["explain", "OPTIM"]).contains("OPTIM.MAX_EPOCH"));
    assert!(good(&["explain", "demo"]).contains("NUM_FP = 8"));
    let message = bad(1, &["explain", "zeroshotclp"]);
    assert!(message.contains("did you mean: ZeroshotCLIP"), "{message}");
}

#[test]
fn likely_mistakes_get_one_clear_message() {
    let cases: [(&[&str], &str); 9] = [
        (&["train", "--dataset", "Caltech01"], "unknown data set 'Caltech01'; did you mean: Caltech101"),
        (&["train", "--trainer", "MLTP"], "unknown trainer 'MLTP'; did you mean: MLPT"),
        (&["train", "OPTIM.LRR", "1"], "unknown key OPTIM.LRR; did you mean: OPTIM.LR"),
        (&["train", "OPTIM.LR", "fast"], "OPTIM.LR: expected float, found \"fast\""),
        (&["train", "OPTIM.LR"], "'OPTIM.LR' has no value"),
        (&["train", "--device", "gpu"], "gpu"),
        (&["train", "--trainer", "CoOp", "--config-file", "configs/none.yaml"], "configs/none.yaml does not exist"),
        (&["eval", "no/such/run"], "there is no run directory no/such/run"),
        (&["train", "--backbone", "RN50"], "no file of timm/resnet50_clip.openai@main is in the cache"),
    ];
    for (args, wanted) in cases {
        let message = bad(1, args);
        assert!(message.starts_with("error: ") && message.contains(wanted), "{args:?}: {message}");
    }
    assert!(bad(2, &["train", "--trainr", "CoOp"]).contains("--trainer"));
    assert!(!Path::new(env!("CARGO_TARGET_TMPDIR")).join("output").exists(), "nothing was written");
}

#[test]
fn the_environment_counts() {
    let run = |value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mlpt"));
        command.env("MLPT__INPUT__SIZE", value).args(["config", "--json", "--trainer", "CoOp"]).output().unwrap()
    };
    let all: Value = serde_json::from_slice(&run("(96, 96)").stdout).unwrap();
    assert_eq!(all["INPUT.SIZE"]["value"], serde_json::json!([96, 96]));
    assert_eq!(all["INPUT.SIZE"]["from"], "MLPT__INPUT__SIZE");
    let message = String::from_utf8(run("wide").stderr).unwrap();
    assert!(message.contains("environment MLPT__INPUT__SIZE: INPUT.SIZE: expected list of int"), "{message}");
}
