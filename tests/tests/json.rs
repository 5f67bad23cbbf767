//! Every command tells programs what it tells people: `--json` prints one JSON document and nothing else.
#![allow(clippy::unwrap_used)]

mod common;

use clap::{Command, CommandFactory};
use common::{Ran, animals, mlpt};
use mlpt_cli::args::Cli;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Commands without `--json`, each with the reason.
const EXCEPTIONS: [(&str, &str); 1] = [("completions", "prints a script that a shell reads")];

/// A short run on the pictures in `data`.
const SHORT: [&str; 12] = [
    "--dataset",
    "Folder",
    "--root",
    "data",
    "--seed",
    "1",
    "DATASET.NUM_SHOTS=2",
    "OPTIM.MAX_EPOCH=2",
    "OPTIM.WARMUP_EPOCH=1",
    "WARMUP.EPOCH=1",
    "TRAINER.COOP.N_CTX=2",
    "DATALOADER.TRAIN_X.BATCH_SIZE=4",
];

/// A command, words with which it succeeds and words with which it must not, both without `--json`.
struct Case {
    command: &'static str,
    good: Vec<&'static str>,
    bad: Vec<&'static str>,
    /// A field of the document, or of the first entry of its list.
    field: &'static str,
}

/// In an order in which each finds what those before it wrote; `SHORT` stands for the settings of a short run.
fn cases() -> Vec<Case> {
    let case = |command: &'static str, good: &'static str, bad: &'static str, field: &'static str| {
        let words = |text: &'static str| -> Vec<&'static str> {
            text.split_whitespace().flat_map(|w| if w == "SHORT" { SHORT.to_vec() } else { vec![w] }).collect()
        };
        Case { command, good: words(good), bad: words(bad), field }
    };
    vec![
        case("train", "--trainer CoOp --output-dir run SHORT", "--trainer CoOpp SHORT", "accuracy"),
        case("eval", "run", "nowhere", "accuracy"),
        case("estimate", "--trainer CoOp SHORT", "--trainer CoOp SHORT OPTIM.LRR=1", "steps"),
        case(
            "sweep",
            "--trainer ZeroshotCLIP -s SEED=2..3 --output-dir all DATASET.NUM_SHOTS=1 --dataset Folder --root data",
            "--trainer CoOp -s SEED=a --dataset Folder --root data",
            "cells",
        ),
        case("predict", "--run run data/test", "--run run data/none", "images"),
        case(
            "audit",
            "data --output-dir doubts OPTIM.MAX_EPOCH=2 OPTIM.WARMUP_EPOCH=1 WARMUP.EPOCH=1",
            "nowhere",
            "suspects",
        ),
        case("export", "--run run --output exported", "--run nowhere --output exported", "classes"),
        case(
            "pretrain",
            "--output-dir model PRETRAIN.STEPS=2 PRETRAIN.BATCH_SIZE=8 PRETRAIN.MODEL.TEXT_LAYERS=1 \
            PRETRAIN.MODEL.VISION_LAYERS=1",
            "--output-dir other --dataset Folderr",
            "parameters",
        ),
        case("watch", "run", "nowhere", "status"),
        case("tensorboard", "run", "nowhere", "written_to"),
        case("results", "run", "nowhere", "tables"),
        case("report", "run --no-pictures", "nowhere", "report"),
        case("model list", "", "--cached", "name"),
        case("model get", "builtin", "nowhere", "files"),
        case("model info", "builtin", "nowhere", "sha256"),
        case("model check", "builtin", "nowhere", "embed_dim"),
        case("data list", "", "--root nowhere", "name"),
        case("data check", "Folder --root data", "Folderr --root data", "good"),
        case("data get", "", "no-repository", "files"),
        case("data new", "data --out described", "nowhere", "classes"),
        case("features list", "", "--dir data/test/cat/000.png", "files"),
        case("features clear", "", "--dir data/test/cat/000.png", "bytes"),
        case("encode", "--image data/test/cat/000.png --text cat", "--image none.png", "images"),
        case("doctor", "", "--offline", "what"),
        case("config", "--trainer CoOp", "--trainer CoOpp", "OPTIM.LR"),
        case("list", "", "dataset-names", "name"),
        case("explain", "MLPT", "optimlr", "names"),
        case("man", "pages", "data/test/cat/000.png/pages", "pages"),
    ]
}

/// Needs a hub: `tests/data_get.rs` reads what it prints.
const ELSEWHERE: [&str; 1] = ["data get"];

/// The names of all commands that do something, such as `model list`.
fn leaves(command: &Command, above: &str, all: &mut Vec<(String, Command)>) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let name = format!("{above} {}", sub.get_name()).trim().to_owned();
        match sub.has_subcommands() {
            true => leaves(sub, &name, all),
            false => all.push((name, sub.clone())),
        }
    }
}

#[test]
fn every_command_has_it_or_a_reason() {
    let mut all = Vec::new();
    leaves(&Cli::command(), "", &mut all);
    let names: BTreeSet<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let cases = cases();
    let (told, excused) = (cases.iter().map(|c| c.command), EXCEPTIONS.iter().map(|(name, _)| *name));
    let listed: Vec<&str> = told.chain(excused).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), names, "commands here and commands of the program");
    assert_eq!(listed.len(), names.len(), "a command stands here twice");
    for (name, command) in &all {
        let has = command.get_arguments().any(|argument| argument.get_long() == Some("json"));
        let excused = EXCEPTIONS.iter().any(|(exception, _)| exception == name);
        assert!(has != excused, "mlpt {name}: --json is {}", if has { "there" } else { "missing" });
    }
}

fn run(dir: &Path, command: &str, words: &[&str]) -> Ran {
    let args: Vec<&str> = command.split(' ').chain(["--json"]).chain(words.iter().copied()).collect();
    mlpt(dir, &args)
}

#[test]
fn it_prints_one_document_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    for case in cases().iter().filter(|case| !ELSEWHERE.contains(&case.command)) {
        let Case { command, field, .. } = case;
        let ran = run(dir.path(), command, &case.good).ok();
        let document: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{command}: {e}: {}", ran.stdout));
        let first = document.as_array().and_then(|list| list.first()).unwrap_or(&document);
        assert!(first.get(field).is_some_and(|value| !value.is_null()), "{command}: no '{field}' in {}", ran.stdout);
    }
}

#[test]
fn warnings_do_not_mix_with_it() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    std::fs::write(dir.path().join("data/train/cat/broken.png"), "no picture").unwrap();
    // An image that is none, a choice that was not made.
    let broken = ["--trainer", "CoOp", "--skip-broken", "--output-dir", "run"];
    let cases: [(&str, Vec<&str>, &str); 4] = [
        ("train", [&broken[..], &SHORT].concat(), "broken.png"),
        ("estimate", [&broken[..], &SHORT].concat(), "broken.png"),
        ("config", vec![], "using preset 'demo'"),
        ("data check", vec!["Folder", "--root", "data", "--skip-broken"], "broken.png"),
    ];
    for (command, words, warning) in cases {
        let ran = run(dir.path(), command, &words).ok();
        assert!(ran.stderr.contains(warning), "{command}: {}", ran.stderr);
        assert!(serde_json::from_str::<Value>(&ran.stdout).is_ok(), "{command}: {}", ran.stdout);
    }
}

#[test]
fn wrong_names_are_told_on_standard_error_alone() {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let short = [&["--trainer", "ZeroshotCLIP", "--output-dir", "run"][..], &SHORT].concat();
    run(dir.path(), "train", &short).ok();
    for case in cases() {
        let ran = run(dir.path(), case.command, &case.bad);
        let command = case.command;
        assert!(matches!(ran.code, Some(1 | 2)), "{command} {:?}: exit code {:?}: {}", case.bad, ran.code, ran.stdout);
        assert!(ran.stderr.starts_with("error: "), "{command}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{command}");
    }
    // Nothing is trained, so there is no result to print.
    let ran = run(dir.path(), "train", &["--no-train"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--no-train"), "{}", ran.stderr);
}
