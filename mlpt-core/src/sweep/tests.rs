//! Grids from files and command lines.
#![allow(clippy::unwrap_used)]

use super::*;
use std::collections::BTreeSet;
use std::path::Path;

fn names(grid: &Grid) -> Vec<String> {
    cells(grid).into_iter().map(|cell| cell.name).collect()
}

fn of(axes: &[&str]) -> crate::Result<Grid> {
    let axes = axes.iter().map(|text| Axis::parse(text)).collect::<crate::Result<Vec<_>>>()?;
    axes.into_iter().fold(Grid::default(), Grid::with).settle()
}

#[test]
fn every_combination_is_a_cell_and_seeds_come_last() {
    let grid = of(&["SEED=1..3", "trainer.name=CoOp,MLPT", "DATASET.NUM_FP=0,2"]).unwrap();
    let all = cells(&grid);
    assert_eq!(all.len(), 12);
    assert_eq!(all[0].name, "CoOp NUM_FP=0 SEED=1");
    assert_eq!(all[1].name, "CoOp NUM_FP=0 SEED=2");
    assert_eq!(all[11].words, ["TRAINER.NAME=MLPT", "DATASET.NUM_FP=2", "SEED=3"]);
    assert_eq!(all[11].folder, Path::new("TRAINER=MLPT/NUM_FP=2/SEED=3"));
    let folders: BTreeSet<_> = all.iter().map(|cell| &cell.folder).collect();
    assert_eq!(folders.len(), 12);
}

#[test]
fn commas_within_brackets_and_quotes_do_not_divide() {
    let grid = of(&["INPUT.TRANSFORMS=['a', 'b'],('c',)", "X='1,2',-3..-1"]).unwrap();
    let words_of = |axis: &'_ Axis| axis.choices.iter().map(|c| c.words[0].clone()).collect::<Vec<_>>();
    let words: Vec<_> = grid.axes.iter().map(words_of).collect();
    let want: [Vec<&str>; 2] =
        [vec!["INPUT.TRANSFORMS=['a', 'b']", "INPUT.TRANSFORMS=('c',)"], vec!["X='1,2'", "X=-3", "X=-2", "X=-1"]];
    assert_eq!(words, want);
    assert_eq!(grid.axes[0].choices[0].folder, "TRANSFORMS=--a----b--");
}

#[test]
fn folders_differ_even_where_names_differ_only_in_signs() {
    let grid = of(&["A.TEXT=a/b,a b,..,a:b"]).unwrap();
    let folders: Vec<_> = grid.axes[0].choices.iter().map(|c| c.folder.as_str()).collect();
    assert_eq!(folders, ["TEXT=a-b", "TEXT=a-b-2", "TEXT=..", "TEXT=a-b-3"]);
    // Two keys with the same last part.
    let grid = of(&["A.LR=1,2", "B.LR=1,2"]).unwrap();
    assert_eq!(names(&grid)[3], "A.LR=2 B.LR=2");
    assert_eq!(cells(&grid)[1].folder, Path::new("A.LR=1/B.LR=2"));
}

#[test]
fn a_file_has_settings_cases_and_a_grid() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("grid.toml");
    let text = r#"
        [settings]
        DATASET.NUM_SHOTS = 4
        [settings.OPTIM]
        LR = 0.5
        [grid]
        SEED = "1..2"
        DATASET.NUM_FP = [0, 2]
        [[cases]]
        name = "CoOp + GCE"
        TRAINER.NAME = "CoOp"
        LOSS.NAME = "gce"
        [[cases]]
        TRAINER.NAME = "MLPT"
        INPUT.TRANSFORMS = ["a", "b"]
    "#;
    std::fs::write(&path, text).unwrap();
    let grid = Grid::read(&path).unwrap().settle().unwrap();
    let all = cells(&grid);
    assert_eq!(all.len(), 8);
    assert_eq!(all[0].name, "CoOp + GCE NUM_FP=0 SEED=1");
    assert_eq!(all[0].folder, Path::new("CoOp-+-GCE/NUM_FP=0/SEED=1"));
    let shared = ["DATASET.NUM_SHOTS=4", "OPTIM.LR=0.5"];
    assert_eq!(all[0].words[..4], [&shared[..], &["LOSS.NAME=gce", "TRAINER.NAME=CoOp"]].concat());
    assert_eq!(all[7].words[2..4], [r#"INPUT.TRANSFORMS=["a", "b"]"#, "TRAINER.NAME=MLPT"]);
    // More from the command line.
    let more = Grid::read(&path).unwrap().with(Axis::parse("OPTIM.NAME=sgd,adam").unwrap()).settle().unwrap();
    assert_eq!(cells(&more).len(), 16);
}

#[test]
fn faults_name_what_is_wrong() {
    let fault = |axes: &[&str]| of(axes).unwrap_err().to_string();
    assert!(fault(&[]).contains("nothing varies"));
    for (text, want) in [
        ("SEED", "write KEY=V1,V2"),
        ("=1,2", "write KEY=V1,V2"),
        ("SEED=", "empty value"),
        ("SEED=1,,2", "empty value"),
        ("SEED=3..1", "is no range"),
        ("SEED=1..99999999", "is no range"),
        ("SEED=1,2,1", "SEED has '1' twice"),
        ("OUTPUT_DIR=a,b", "--output-dir"),
    ] {
        assert!(fault(&[text]).contains(want), "{text}: {}", fault(&[text]));
    }
    assert!(fault(&["SEED=1", "seed=2"]).contains("SEED is set in two places"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("grid.toml");
    for (text, want) in [
        ("SEED = 1", "'SEED' is no part of a grid"),
        ("grid = 3", "write [grid]"),
        ("[grid", "is no TOML file"),
        ("[grid]\nSEED = [{a = 1}]", "a table is no value"),
        ("[settings]\nX = 2020-01-01", "X is no value"),
        ("[[cases]]\nname = \"a\"", "sets nothing"),
        ("[[cases]]\nname = 3\nSEED = 1", "a word in quotes"),
        ("[cases]\nSEED = 1", "[[cases]]"),
        ("cases = []", "[[cases]]"),
    ] {
        std::fs::write(&path, text).unwrap();
        let message = Grid::read(&path).unwrap_err().to_string();
        assert!(message.contains(want) && message.contains("grid.toml"), "{text}: {message}");
    }
    let both = "[settings]\nSEED = 1\n[grid]\nSEED = [1, 2]";
    std::fs::write(&path, both).unwrap();
    assert!(Grid::read(&path).unwrap().settle().unwrap_err().to_string().contains("two places"));
}
