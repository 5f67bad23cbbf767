use super::tables;
use super::tree::{grid, made};
use crate::results::{Options, Table, find, report};
use serde_json::json;
use std::path::Path;

fn table(root: &Path) -> Table {
    let mut report = tables(root, &Options::default()).unwrap();
    assert_eq!(report.tables.len(), 1);
    report.tables.remove(0)
}

fn labels(table: &Table) -> Vec<&str> {
    table.rows.iter().map(|row| row.label.as_str()).collect()
}

#[test]
fn a_grid_of_runs() {
    let dir = tempfile::tempdir().unwrap();
    grid(dir.path());
    let t = table(dir.path());
    assert_eq!(labels(&t), ["zero-shot", "CoOp", "CoOp + GCE", "MLPT"]);
    assert_eq!((t.classes, t.images, t.shots, t.split.as_str()), (4, Some(200), 16, "test"));
    assert_eq!((t.wrong_per_class, t.same_manifests), (true, Some(true)));
    assert!(t.notes.is_empty() && t.footnotes.is_empty(), "{:?}", t.notes);
    let cell = |row: usize, column: usize| t.rows[row].cells[column].as_ref().unwrap();
    // 141, 142 and 143 right of 200.
    let s = cell(1, 1).summary.unwrap();
    assert_eq!((s.n, s.mean, s.deviation), (3, 71.0, Some(0.5)));
    let half = 4.302_652_729_749_464 * 0.5 / 3.0_f64.sqrt();
    assert!((s.half_width().unwrap() - half).abs() < 1e-12);
    assert_eq!(cell(0, 1).summary.unwrap().mean, 41.0);
    assert_eq!(cell(0, 1).seeds(), [1, 2, 3], "one member a seed, though three methods measured it");
    assert_eq!(t.rows[3].mechanisms, ["CoOp", "CoOp"]);
}

#[test]
fn data_sets_models_shots_and_splits_have_tables_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let run = || made("CoOp", 1, 8, 150);
    run().write(dir.path(), "a");
    run().with("/dataset", "Other").write(dir.path(), "b");
    run().with("/model_digest", "bbbb").write(dir.path(), "c");
    run().with("/shots", 4).write(dir.path(), "d");
    run().with("/split", "val").write(dir.path(), "e");
    assert_eq!(tables(dir.path(), &Options::default()).unwrap().tables.len(), 5);
}

#[test]
fn a_trainer_that_trains_nothing_is_the_zero_shot_row() {
    let dir = tempfile::tempdir().unwrap();
    let untrained = |trainer, correct| made(trainer, 1, 0, correct).with("/mechanisms", json!([])).with("/epochs", 0);
    untrained("ZeroshotCLIP", 82).write(dir.path(), "zero");
    made("CoOp", 1, 8, 150).write(dir.path(), "a");
    let t = table(dir.path());
    assert_eq!(labels(&t), ["zero-shot", "CoOp"]);
    assert_eq!(t.rows[0].trainer, "ZeroshotCLIP");
    assert!(t.rows[0].cells.iter().all(Option::is_some), "measured at every level");
    // An ensemble of prompts trains nothing either, and is something else.
    untrained("Ensemble", 90).loss("gce").write(dir.path(), "ensemble");
    assert_eq!(labels(&table(dir.path())), ["zero-shot", "CoOp", "Ensemble"]);
}

#[test]
fn mechanisms_tell_rows_apart_where_trainer_and_loss_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let run = |first: &str| made("MLPT", 1, 8, 150).with("/mechanisms", json!([first, "CoOp"])).loss("gce");
    run("CoOp").write(dir.path(), "a");
    run("VPT").write(dir.path(), "b");
    made("CoOp", 1, 8, 150).write(dir.path(), "c");
    assert_eq!(
        labels(&table(dir.path())),
        ["zero-shot", "CoOp", "MLPT + GCE (CoOp + CoOp)", "MLPT + GCE (VPT + CoOp)"]
    );
}

#[test]
fn what_makes_rows_unequal_is_told() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 0, 150).write(dir.path(), "a");
    made("CoOp", 1, 8, 150).set("OPTIM.LR", "0.01").write(dir.path(), "b");
    made("MLPT", 1, 8, 150).with("/noise/digest", "another").write(dir.path(), "c");
    made("MLPT", 1, 0, 150)
        .with("/zero_shot/correct", 84)
        .with("/zero_shot/accuracy", 42.0)
        .with("/zero_shot/error", 58.0)
        .write(dir.path(), "d");
    let t = table(dir.path());
    assert_eq!(t.same_manifests, Some(false));
    let told = |part: &str| assert!(t.notes.iter().any(|note| note.contains(part)), "no '{part}' in {:?}", t.notes);
    told("not the same wrong labels: CoOp and MLPT at 8 wrong, seed 1");
    told("CoOp was not set the same at every level of noise: OPTIM.LR is 0.002");
    told("the model without training is not the same in all runs: it has 82 right");
    assert_eq!(t.notes.len(), 3);
}

#[test]
fn a_setting_that_varies_gets_rows_on_request() {
    let dir = tempfile::tempdir().unwrap();
    for (name, lr, seed, correct) in [("a", "0.1", 1, 150), ("b", "0.1", 2, 152), ("c", "0.02", 1, 140)] {
        made("CoOp", seed, 8, correct).set("OPTIM.LR", lr).write(dir.path(), name);
    }
    super::refused(dir.path(), &Options::default(), &["OPTIM.LR is 0.1", "--by OPTIM.LR"]);
    let mut found = find(&[dir.path().to_owned()]).unwrap();
    found.split_by(&["optim.lr".to_owned(), "LOSS.NAME".to_owned()]).unwrap();
    let t = report(&found, &Options::default()).unwrap().tables.remove(0);
    assert_eq!(labels(&t), ["zero-shot", "CoOp (LR 0.02, NAME ce)", "CoOp (LR 0.1, NAME ce)"]);
    assert_eq!(t.rows[2].cells[0].as_ref().unwrap().seeds(), [1, 2]);
    assert_eq!(t.rows[1].by[0], ("OPTIM.LR".to_owned(), "0.02".to_owned()));
    let message = found.split_by(&["OPTIM.RATE".to_owned()]).unwrap_err().to_string();
    assert!(message.contains("--by") && message.contains("OPTIM.RATE"), "{message}");
}
