//! Base-to-new and transfer, from run directories made by hand.

use super::tree::{Made, made};
use crate::Result;
use crate::data::Subsample;
use crate::results::{Metric, Options, Protocol, ProtocolReport, find, protocol};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A run on the base classes.
fn base(trainer: &str, seed: u64, num_fp: usize, correct: usize) -> Made {
    made(trainer, seed, num_fp, correct).set("DATASET.SUBSAMPLE_CLASSES", "\"base\"")
}

fn scores(total: usize, correct: usize) -> Value {
    let accuracy = 100.0 * correct as f64 / total as f64;
    json!({"total": total, "correct": correct, "accuracy": accuracy, "error": 100.0 - accuracy, "macro_f1": accuracy})
}

/// An evaluation of the run in `dir`; `change` may spoil it.
fn evaluated(dir: &Path, dataset: &str, classes: &str, correct: usize, epoch: usize, change: impl FnOnce(&mut Value)) {
    let run: Value = serde_json::from_str(&fs::read_to_string(dir.join("result.json")).unwrap()).unwrap();
    let mut value = json!({
        "version": 1, "dataset": dataset, "trainer": run["trainer"], "mechanisms": run["mechanisms"],
        "backbone": "builtin", "model_digest": run["model_digest"], "data_digest": format!("{dataset}{classes}data"),
        "seed": run["seed"], "model_dir": dir, "epoch": epoch, "split": "test", "classes": classes,
        "zero_shot": scores(400, 200), "elapsed_s": 1.0, "passes": {}, "written_to": null,
    });
    value.as_object_mut().unwrap().extend(scores(400, correct).as_object().unwrap().clone());
    change(&mut value);
    let part = if classes == "all" { String::new() } else { format!("-{classes}") };
    fs::write(dir.join(format!("eval-{dataset}{part}-test-{epoch}.json")), value.to_string()).unwrap();
}

fn shown(root: &Path, kind: Protocol, targets: &[&str], options: &Options) -> Result<ProtocolReport> {
    let targets: Vec<String> = targets.iter().map(|t| (*t).to_owned()).collect();
    protocol(&find(&[root.to_owned()])?, kind, &targets, options)
}

fn refused(root: &Path, kind: Protocol, parts: &[&str]) {
    let message = shown(root, kind, &[], &Options::default()).unwrap_err().to_string();
    for part in parts {
        assert!(message.contains(part), "no '{part}' in: {message}");
    }
}

/// Label, level and the means of a row.
fn means(report: &ProtocolReport, table: usize) -> Vec<(String, String, Vec<Option<f64>>)> {
    let row = |row: &crate::results::ProtocolRow| {
        let means = row.figures.iter().map(|f| f.as_ref().map(|f| (f.mean * 1e6).round() / 1e6)).collect();
        (row.label.clone(), row.level.clone(), means)
    };
    report.tables[table].rows.iter().map(row).collect()
}

/// Three seeds of CoOp and of MLPT on base classes, without noise, and their evaluations on the new ones.
fn three_seeds(root: &Path) {
    for seed in 1..=3u64 {
        let s = seed as usize;
        // Base 80, 85, 90; new 60, 50, 40.
        let dir = base("CoOp", seed, 0, 150 + 10 * s).write(root, &format!("coop{seed}"));
        evaluated(&dir, "Pictograms", "new", 280 - 40 * s, 50, |_| ());
        let dir = base("MLPT", seed, 0, 160).write(root, &format!("mlpt{seed}"));
        evaluated(&dir, "Pictograms", "new", 320, 50, |_| ());
    }
}

#[test]
fn base_new_and_their_harmonic_mean() {
    let dir = tempfile::tempdir().unwrap();
    three_seeds(dir.path());
    // A few-shot run of all classes is no part of it.
    made("CoOp", 1, 0, 100).write(dir.path(), "all");
    let report = shown(dir.path(), Protocol::BaseToNew, &[], &Options::default()).unwrap();
    assert_eq!(report.tables.len(), 1);
    let table = &report.tables[0];
    assert_eq!((table.subsample, table.columns.len(), table.columns[1].images), (Subsample::Base, 3, Some(400)));
    assert!(table.notes.is_empty() && table.footnotes.is_empty(), "{:?}", table.notes);
    // Of the means 85 and 50, not the mean of 68.57, 62.96 and 55.38.
    let coop = 2.0 * 85.0 * 50.0 / 135.0;
    let zero = 2.0 * 41.0 * 50.0 / 91.0;
    let round = |x: f64| Some((x * 1e6).round() / 1e6);
    let wanted = [
        ("zero-shot", "", vec![Some(41.0), Some(50.0), round(zero)]),
        ("CoOp", "0 wrong", vec![Some(85.0), Some(50.0), round(coop)]),
        ("MLPT", "0 wrong", vec![Some(80.0), Some(80.0), Some(80.0)]),
    ];
    let wanted = wanted.map(|(label, level, means)| (label.to_owned(), level.to_owned(), means));
    assert_eq!(means(&report, 0), wanted);
    // The spread is that of each seed's own.
    let harmonic = table.rows[1].figures[2].as_ref().unwrap();
    let each: Vec<f64> = harmonic.cell.members.iter().map(|m| m.value.unwrap()).collect();
    let own = [(80.0, 60.0), (85.0, 50.0), (90.0, 40.0)].map(|(b, n)| 2.0 * b * n / (b + n));
    assert!(each.iter().zip(own).all(|(a, b)| (a - b).abs() < 1e-9), "{each:?}");
    let summary = harmonic.cell.summary.unwrap();
    assert!(
        summary.n == 3 && (summary.mean - own.iter().sum::<f64>() / 3.0).abs() < 1e-9 && summary.interval.is_some()
    );
    let csv = report.to_csv().unwrap();
    assert_eq!(csv.lines().count(), 1 + 9);
    assert!(csv.contains(",CoOp,CoOp,CoOp,ce,,0,,class,harmonic-mean,,,accuracy,3,"), "{csv}");
    assert!(csv.contains(",target,Pictograms,new,accuracy,3,50,50,10,"), "{csv}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(
        (&json["protocol"], &json["tables"][0]["columns"][2]["kind"]),
        (&json!("base-to-new"), &json!("harmonic-mean"))
    );
    // Both kinds of run lie in one folder without harm.
    assert_eq!(super::tables(dir.path(), &Options::default()).unwrap().tables.len(), 2);
}

#[test]
fn what_is_missing_is_told_with_the_command() {
    let dir = tempfile::tempdir().unwrap();
    three_seeds(dir.path());
    fs::remove_file(dir.path().join("coop2/eval-Pictograms-new-test-50.json")).unwrap();
    let lonely = base("CoOp", 1, 8, 100).write(dir.path(), "noisy");
    let report = shown(dir.path(), Protocol::BaseToNew, &[], &Options::default()).unwrap();
    let table = &report.tables[0];
    let coop = &table.rows[1];
    // Base over three seeds, new over two, H over the two that have both: 85 and 50.
    assert_eq!(coop.figures[0].as_ref().unwrap().cell.seeds(), [1, 2, 3]);
    assert_eq!(coop.figures[1].as_ref().unwrap().cell.seeds(), [1, 3]);
    let harmonic = coop.figures[2].as_ref().unwrap();
    assert_eq!(harmonic.cell.seeds(), [1, 3]);
    assert!((harmonic.mean - 2.0 * 85.0 * 50.0 / 135.0).abs() < 1e-9);
    let noisy = &table.rows[2];
    assert_eq!((noisy.level.as_str(), noisy.figures[1].is_none(), noisy.figures[2].is_none()), ("8 wrong", true, true));
    let place = dir.path().join("coop2").display().to_string();
    let wanted = format!(
        "not evaluated on Pictograms (new): CoOp, 0 wrong, seed 2; CoOp, 8 wrong, seed 1; `mlpt eval {place} \
         DATASET.SUBSAMPLE_CLASSES=new`"
    );
    assert_eq!(table.notes, [wanted]);

    // A run without a test has its figure from an evaluation.
    for key in ["total", "correct", "accuracy", "error", "macro_f1"] {
        let path = lonely.join("result.json");
        let mut result: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        result.as_object_mut().unwrap().remove(key);
        fs::write(path, result.to_string()).unwrap();
    }
    evaluated(&lonely, "Pictograms", "base", 240, 50, |_| ());
    let report = shown(dir.path(), Protocol::BaseToNew, &[], &Options::default()).unwrap();
    assert_eq!(report.tables[0].rows[2].figures[0].as_ref().unwrap().mean, 60.0);

    let empty = tempfile::tempdir().unwrap();
    made("CoOp", 1, 0, 100).write(empty.path(), "all");
    refused(empty.path(), Protocol::BaseToNew, &["none of the 1 runs", "DATASET.SUBSAMPLE_CLASSES=base"]);
    refused(empty.path(), Protocol::Transfer, &["evaluated on another data set", "--dataset NAME"]);
}

/// What is done to an evaluation before it is read.
type Change = fn(&mut Value);

#[test]
fn evaluations_that_do_not_fit_are_refused() {
    let new = |change: fn(&mut Value)| {
        let dir = tempfile::tempdir().unwrap();
        let run = base("CoOp", 1, 0, 100).write(dir.path(), "a");
        evaluated(&run, "Pictograms", "new", 200, 50, change);
        dir
    };
    let cases: [(Change, &str); 6] = [
        (|v| v["version"] = 2.into(), "has version 2; this program reads version 1"),
        (|v| v["correct"] = 399.into(), "399 right of 400 is not an accuracy of 50 %"),
        (|v| v["dataset"] = 3.into(), "is no whole evaluation"),
        (|v| v["trainer"] = "MaPLe".into(), "its trainer is MaPLe, and the run's CoOp; remove the file"),
        (|v| v["mechanisms"] = json!(["VPT"]), "its mechanisms is VPT"),
        (|v| v["model_digest"] = "bbbbbbbbbbbbbbbb".into(), "its model is bbbbbbbbbbbb, and the run's aaaaaaaaaaaa"),
    ];
    for (change, text) in cases {
        refused(new(change).path(), Protocol::BaseToNew, &["eval-Pictograms-new-test-50.json: ", text]);
    }

    // Twice, at two epochs: the latest counts if it is asked for.
    let dir = new(|_| ());
    evaluated(&dir.path().join("a"), "Pictograms", "new", 100, 10, |_| ());
    let files =
        "more than once: eval-Pictograms-new-test-10.json, eval-Pictograms-new-test-50.json; remove all but one";
    refused(dir.path(), Protocol::BaseToNew, &[files, "--allow-mixed"]);
    let report = shown(dir.path(), Protocol::BaseToNew, &[], &super::mixed()).unwrap();
    let table = &report.tables[0];
    assert_eq!(table.rows[1].figures[1].as_ref().unwrap().mean, 50.0);
    assert!(table.footnotes[0].contains("the latest epoch counts"), "{:?}", table.footnotes);
    // At an epoch that is not the last: a note.
    fs::remove_file(dir.path().join("a/eval-Pictograms-new-test-50.json")).unwrap();
    let report = shown(dir.path(), Protocol::BaseToNew, &[], &Options::default()).unwrap();
    assert_eq!(report.tables[0].notes, ["CoOp, 0 wrong, seed 1 was evaluated on Pictograms (new) at epoch 10 of 50"]);

    // Two seeds on other images.
    let dir = new(|_| ());
    let run = base("CoOp", 2, 0, 100).write(dir.path(), "b");
    evaluated(&run, "Pictograms", "new", 200, 50, |v| v["data_digest"] = "other".into());
    refused(dir.path(), Protocol::BaseToNew, &["are not on the same images of Pictograms (new)", "--allow-mixed"]);
    let report = shown(dir.path(), Protocol::BaseToNew, &[], &super::mixed()).unwrap();
    assert!(report.tables[0].notes[0].contains("not on the same images"));

    // What holds for every table holds here: noise models, settings, seeds.
    let dir = new(|_| ());
    base("CoOp", 1, 8, 100).write(dir.path(), "b");
    base("CoOp", 2, 8, 100).noise("symmetric").write(dir.path(), "c");
    refused(dir.path(), Protocol::BaseToNew, &["NOISE.NAME is instance-replace", "--by-noise"]);
    let apart = Options { by_noise: true, ..Options::default() };
    assert_eq!(shown(dir.path(), Protocol::BaseToNew, &[], &apart).unwrap().tables[0].rows.len(), 4);
    base("CoOp", 1, 0, 100).set("OPTIM.LR", "0.1").write(dir.path(), "d");
    let message = shown(dir.path(), Protocol::BaseToNew, &[], &apart).unwrap_err().to_string();
    assert!(message.contains("OPTIM.LR is 0.002 in the first and 0.1 in the second"), "{message}");
}

#[test]
fn transfer_to_other_data_sets() {
    let dir = tempfile::tempdir().unwrap();
    for seed in 1..=2u64 {
        let s = seed as usize;
        let run = made("CoOp", seed, 0, 150).write(dir.path(), &format!("coop{seed}"));
        evaluated(&run, "Pets", "all", 200 + 20 * s, 50, |_| ()); // 55, 60
        evaluated(&run, "Food", "all", 100, 50, |_| ()); // 25
        // Its own classes again, and the validation split of another set: neither is a target.
        evaluated(&run, "Pictograms", "all", 10, 50, |_| ());
        evaluated(&run, "Cars", "all", 10, 50, |v| v["split"] = "val".into());
    }
    let run = made("MLPT", 1, 0, 160).write(dir.path(), "mlpt");
    evaluated(&run, "Pets", "all", 240, 50, |_| ());
    let labels = |report: &ProtocolReport| report.tables[0].columns.iter().map(|c| c.label.clone()).collect::<Vec<_>>();
    let report = shown(dir.path(), Protocol::Transfer, &[], &Options::default()).unwrap();
    assert_eq!(labels(&report), ["source: Pictograms", "Food", "Pets", "average"]);
    let rows = means(&report, 0);
    assert_eq!(rows[0].2, [Some(41.0), Some(50.0), Some(50.0), Some(50.0)]);
    assert_eq!(rows[1].2, [Some(75.0), Some(25.0), Some(57.5), Some(41.25)]);
    // The average is of all targets or of none.
    assert_eq!(rows[2].2, [Some(80.0), None, Some(60.0), None]);
    let place = run.display().to_string();
    let wanted = format!("not evaluated on Food: MLPT, 0 wrong, seed 1; `mlpt eval {place} --dataset Food`");
    assert_eq!(report.tables[0].notes, [wanted]);
    let averages = &report.tables[0].rows[1].figures[3].as_ref().unwrap().cell;
    assert_eq!(averages.members.iter().map(|m| m.value).collect::<Vec<_>>(), [Some(40.0), Some(42.5)]);

    // Some of them, in the order that is asked for.
    let report = shown(dir.path(), Protocol::Transfer, &["pets"], &Options::default()).unwrap();
    assert_eq!(labels(&report), ["source: Pictograms", "Pets", "average"]);
    assert_eq!(means(&report, 0)[2].2, [Some(80.0), Some(60.0), Some(60.0)]);
    let report = shown(dir.path(), Protocol::Transfer, &["Pets", "Food"], &Options::default()).unwrap();
    assert_eq!(labels(&report)[1..3], ["Pets", "Food"]);
    let message = shown(dir.path(), Protocol::Transfer, &["Dogs"], &Options::default()).unwrap_err().to_string();
    assert!(message.contains("no run was evaluated on a data set called 'Dogs'"), "{message}");
}

#[test]
fn only_scores_have_protocols() {
    let dir = tempfile::tempdir().unwrap();
    three_seeds(dir.path());
    let of = |metric| shown(dir.path(), Protocol::BaseToNew, &[], &Options { metric, ..Options::default() });
    assert!(of(Metric::ElapsedS).unwrap_err().to_string().contains("an evaluation has no elapsed_s"));
    assert!(of(Metric::Error).unwrap_err().to_string().contains("a harmonic mean of errors"));
    assert_eq!(of(Metric::MacroF1).unwrap().metric, "macro_f1");
}
