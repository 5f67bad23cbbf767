//! Help, lists and messages, word for word. After a wanted change run the tests with
//! `INSTA_UPDATE=always` and look at the difference of `tests/tests/snapshots`.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Ran, SHORT, command, pictures, workspace};
use std::path::Path;

/// Runs the command in `dir`, as wide as help may be, and names it as people do.
fn shown(dir: &Path, args: &[&str]) -> Ran {
    let mut command = command(dir);
    command.args(args).env("COLUMNS", "100").env("NO_COLOR", "1");
    let mut ran = Ran::of(&mut command);
    let clean = |text: &str| {
        text.replace("mlpt-under-test", "mlpt").replace(&*dir.to_string_lossy(), "DIR").trim_end().to_owned()
    };
    (ran.stdout, ran.stderr) = (clean(&ran.stdout), clean(&ran.stderr));
    ran
}

/// Compares with `snapshots/snapshots__NAME.snap`.
fn same(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The names below `Commands:`; a new command's help is compared without a word here.
fn commands(help: &str) -> Vec<&str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    list.filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect()
}

#[test]
fn help() {
    let dir = workspace();
    let help = shown(&dir, &["--help"]).ok().stdout;
    same("help", &help);
    let commands = commands(&help);
    assert!(commands.len() >= 6 && commands.contains(&"train"), "{commands:?}");
    for command in commands {
        same(&format!("help_{command}"), &shown(&dir, &[command, "--help"]).ok().stdout);
    }
}

#[test]
fn lists_and_explanations() {
    let dir = workspace();
    let line = "config --trainer CoOp --dataset-config-file configs/datasets/caltech101.yaml --config-file \
                configs/trainers/CoOp/rn50_ep50.yaml --seed 1 --num-fp 4 --use-robustloss DATASET.NUM_SHOTS 16";
    for (name, line) in [
        ("list", "list"),
        ("explain_MLPT", "explain MLPT"),
        ("explain_OPTIM.LR", "explain OPTIM.LR"),
        ("explain_demo", "explain demo"),
        ("config", line),
    ] {
        let args: Vec<&str> = line.split_whitespace().collect();
        same(name, &shown(&dir, &args).ok().stdout);
    }
}

#[test]
fn messages() {
    let dir = tempfile::tempdir().unwrap();
    pictures(&dir.path().join("data"), &["cat", "dog"], 6);
    std::fs::write(dir.path().join("a.yaml"), "OPTIM:\n  LRR: 0.1\n  NAME: 7\nDATASET:\n  NUM_SHOTS: many\n").unwrap();
    std::fs::write(dir.path().join("b.yaml"), "OPTIM:\n  LR: [1\n").unwrap();
    std::fs::create_dir(dir.path().join("run")).unwrap();
    let lines = [
        "train --trainer CoOpp",
        "train --trainr CoOp",
        "train --trainer CoOp",
        "train --dataset Folder --trainer CoOp",
        "train --dataset Caltech101 --trainer CoOp --root data",
        "train --dataset Folder --trainer CoOp --root data DATASET.NUM_SHOTS=9",
        "train --dataset Folder --trainer CoOp --root data DATASET.NUM_SHOTS=2 DATASET.NUM_FP=3 SEED=1",
        "train --dataset Folder --trainer CoOp --root data --output-dir a.yaml",
        "train --dataset Folder --trainer MLPT --root data OPTIM.MAX_EPOCH=5",
        "train --backbone ViT-B/32",
        "config --config-file a.yaml SEDE=1",
        "config --config-file b.yaml",
        "config --config-file c.yaml",
        "config OPTIM.LR",
        "config --use-robustloss --trainer CoOp LOSS.NAME=ce",
        "eval",
        "eval nowhere",
        "eval run",
        "pretrain",
        "pretrain --output-dir out --dataset Folder --root data --exclude data",
        "explain optimlr",
        "list dataset-names",
    ];
    let mut text = String::new();
    for line in lines {
        let args: Vec<&str> = line.split_whitespace().collect();
        let ran = shown(dir.path(), &args);
        text += &format!("$ mlpt {line}\n{}\n[exit code {}]\n\n", ran.stderr, ran.code.unwrap());
    }
    same("messages", &text);
}

/// What stands after a run, figures left out: they are for `runs.rs`.
#[test]
fn the_end_of_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let args = [&["train", "--preset", "demo", "--output-dir", "run"], &SHORT[..], &["TEST.SPLIT=val"]].concat();
    let ran = shown(dir.path(), &args).ok();
    let at = ran.stdout.find("\nMLPT on ").unwrap();
    let figures = ["accuracy", "images", "precision", "time", "encoder passes"];
    let lines = ran.stdout[at + 1..].lines().map(|line| match figures.iter().any(|word| line.contains(word)) {
        true => without_figures(line),
        false => line.to_owned(),
    });
    same("summary", &lines.collect::<Vec<_>>().join("\n"));
}

/// Each number becomes `0`, and runs of spaces within the line one space.
fn without_figures(line: &str) -> String {
    let mut out = String::from("  ");
    for word in line.split_whitespace() {
        let number = word.trim_end_matches(['%', ',']);
        let is_number = number.chars().all(|c| c.is_ascii_digit() || "+-.:".contains(c));
        out.push_str(&if is_number { word.replacen(number, "0", 1) } else { word.to_owned() });
        out.push(' ');
    }
    out.trim_end().to_owned()
}
