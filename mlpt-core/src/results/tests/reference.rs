//! Figures beside published ones.

use super::logs::{Log, PUBLISHED, log, tree};
use super::tree::made;
use crate::results::{Metric, Names, Options, Reference, ReferenceReport, Verdict, beside, find};
use serde_json::json;
use std::fs;
use std::path::Path;

fn read(text: &str) -> crate::Result<Reference> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("published.csv");
    fs::write(&path, text).unwrap();
    Reference::read(&path)
}

fn compared(root: &Path, text: &str, tolerance: f64, metric: Metric) -> ReferenceReport {
    let options = Options { metric, ..Options::default() };
    let found = find(&[root.to_owned()]).unwrap();
    beside(&found, &read(text).unwrap(), &Names::default(), tolerance, &options).unwrap()
}

fn verdicts(report: &ReferenceReport) -> Vec<Verdict> {
    report.lines.iter().map(|line| line.verdict).collect()
}

#[test]
fn a_published_tree_equals_its_published_table() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    let report = compared(dir.path(), PUBLISHED, 0.005, Metric::Accuracy);
    assert_eq!(verdicts(&report), [Verdict::Within; 4], "{:?}", report.lines);
    assert!(report.missing_here.is_empty() && report.missing_there.is_empty());
    for line in &report.lines {
        assert_eq!(
            (line.ours.trainer.as_str(), line.ours.num_fp),
            (line.theirs.trainer.as_str(), Some(line.theirs.num_fp))
        );
        // Theirs is divided by n, ours by n - 1.
        let population = line.ours.summary.deviation.unwrap() * (2.0f64 / 3.0).sqrt();
        assert!((population - line.deviation.unwrap()).abs() < 0.006, "{line:?}");
        assert_eq!(line.ours.seeds, line.theirs.seeds);
    }
    let macro_f1 = compared(dir.path(), PUBLISHED, 0.006, Metric::MacroF1);
    assert_eq!(verdicts(&macro_f1), [Verdict::Within; 4]);
    assert_eq!(macro_f1.lines[0].deviation, None);
    let error = compared(dir.path(), PUBLISHED, 0.006, Metric::Error);
    assert!((error.lines[0].mean - 8.03).abs() < 1e-9 && verdicts(&error) == [Verdict::Within; 4]);
}

#[test]
fn verdicts_and_what_is_missing() {
    assert_eq!(
        [1.0, 1.001, -1.0, -1.001].map(|d| Verdict::of(d, 1.0)).map(Verdict::name),
        ["within", "above", "within", "below"]
    );
    assert_eq!(Verdict::of(0.0, 0.0), Verdict::Within);
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    log("CoOp", 4, 1, 80.0).write(dir.path());
    log("CoOp", 0, 1, 80.0).gce().write(dir.path());
    let changed = PUBLISHED
        .replace(",91.97,", ",90.00,")
        .replace(",96.23,", ",99.00,")
        .replace("MaPLe,vit_b16_c2_ep50_batch4,,False,,16,2", "MaPLe,vit_b16_c2_ep50_batch4,,True,,16,2");
    let report = compared(dir.path(), &changed, 1.0, Metric::Accuracy);
    assert_eq!(verdicts(&report), [Verdict::Above, Verdict::Within, Verdict::Below]);
    assert!((report.lines[0].difference - (91.966_666_7 - 90.0)).abs() < 1e-6);
    let there: Vec<(&str, &str)> =
        report.missing_there.iter().map(|group| (group.label.as_str(), group.level.as_str())).collect();
    assert_eq!(there, [("CoOp", "4 wrong"), ("CoOp + GCE", "0 wrong"), ("MaPLe", "2 wrong")]);
    assert_eq!(report.missing_here.iter().map(|row| row.line).collect::<Vec<_>>(), [5]);
    let csv = report.to_csv().unwrap();
    let starts: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(starts, ["above", "within", "below", "missing", "missing", "missing", "missing"]);
    assert!(csv.lines().all(|line| line.matches(',').count() >= 25), "{csv}");
}

#[test]
fn what_one_side_does_not_tell_is_no_difference() {
    // Ours has no settings file, but a model, a number of epochs and class-specific contexts.
    let ours = |csc: &str, epochs: usize| {
        let run =
            made("CoOp", 1, 8, 150).with("/dataset", "Caltech-101").with("/backbone", "openai/clip-vit-base-patch16");
        run.with("/epochs", epochs).set("TRAINER.COOP.CSC", csc)
    };
    let rows = "dataset,trainer,cfg,csc,gce,shots,noise_fp,acc_mean\n\
                caltech_101,coop,vit_b16_ep50,False,False,16,8,75.0\n\
                caltech_101,coop,vit_b16_ep50,True,False,16,8,70.0\n\
                caltech_101,coop,rn50_ep50,False,False,16,8,60.0\n";
    let lines = |run: super::tree::Made, rows: &str| {
        let dir = tempfile::tempdir().unwrap();
        run.write(dir.path(), "a");
        let report = compared(dir.path(), rows, 1.0, Metric::Accuracy);
        let lines: Vec<u64> = report.lines.iter().map(|line| line.theirs.line).collect();
        (lines, report.notes)
    };
    assert_eq!(lines(ours("false", 50), rows).0, [2]);
    assert_eq!(lines(ours("true", 50), rows).0, [3]);
    assert!(lines(ours("false", 10), rows).0.is_empty());
    assert!(lines(ours("false", 50).with("/shots", 4), rows).0.is_empty());
    assert!(lines(ours("false", 50).loss("elr"), rows).0.is_empty());
    assert!(lines(ours("false", 50).set("DATASET.SUBSAMPLE_CLASSES", "\"base\""), rows).0.is_empty());
    assert!(lines(ours("false", 50).with("/split", "val"), rows).0.is_empty());
    assert!(lines(ours("false", 50).rate(0.5, "class", 32), rows).0.is_empty(), "a rate is no count");
    // A folder of weights may be of any model; so it stands beside all, with a word.
    let (found, notes) = lines(ours("false", 50).with("/backbone", "weights"), rows);
    assert_eq!(found, [2, 4]);
    assert!(notes[0].starts_with("more than one published row fits"), "{notes:?}");
    assert!(notes[1].ends_with("cannot be told by its name: weights"), "{notes:?}");
    assert!(notes[2].ends_with("here it was by instance-replace"), "{notes:?}");
    // Without further columns there is less to tell.
    let few = "trainer,dataset,acc_mean,noise_fp,shots,gce\nCoOp,Caltech101,75,8,16,false\n";
    assert_eq!(lines(ours("true", 7), few).0, [2]);
}

#[test]
fn settings_files_and_factors_tell_logs_apart() {
    let dir = tempfile::tempdir().unwrap();
    let run = Log { loss: "GCEFalse_FactorOneHot".to_owned(), ..log("RCoOp", 2, 1, 70.0) };
    run.write(dir.path());
    let rows = "dataset,trainer,cfg,csc,gce,factor,shots,noise_fp,acc_mean\n\
                caltech101,RCoOp,vit_b16_ep50,False,False,BiLoss,16,2,60\n\
                caltech101,RCoOp,vit_b16_ep50,False,False,OneHot,16,2,70\n\
                caltech101,RCoOp,vit_b16_ep100,False,False,OneHot,16,2,71\n";
    let report = compared(dir.path(), rows, 0.0, Metric::Accuracy);
    assert_eq!(
        report.lines.iter().map(|line| (line.theirs.line, line.verdict)).collect::<Vec<_>>(),
        [(3, Verdict::Within)]
    );
    assert_eq!(report.lines[0].theirs.setup(), "vit_b16_ep50, OneHot");
}

#[test]
fn other_names_of_a_trainer_are_known_where_they_are_registered() {
    let dir = tempfile::tempdir().unwrap();
    made("MLPT", 1, 8, 150).with("/mechanisms", json!(["CoOp", "CoOp"])).write(dir.path(), "a");
    let rows = "dataset,trainer,gce,shots,noise_fp,acc_mean\npictograms,RCoOp,False,16,8,75\n";
    assert_eq!(compared(dir.path(), rows, 1.0, Metric::Accuracy).lines.len(), 0);
    let mut registries = crate::Registries::new().unwrap();
    let factory: crate::registries::TrainerFactory =
        std::sync::Arc::new(|_: &crate::engine::BuildContext<'_>| Err(crate::Error::invalid("never made")));
    let entry = crate::registry::Entry::new("MLPT", "", "", factory).aliases(&["RCoOp"]);
    registries.trainers.register(entry).unwrap();
    let found = find(&[dir.path().to_owned()]).unwrap();
    let names = Names::of(&registries);
    let report = beside(&found, &read(rows).unwrap(), &names, 1.0, &Options::default()).unwrap();
    assert_eq!(report.lines.len(), 1);
}

#[test]
fn faulty_files_get_one_message_with_file_and_line() {
    let header = PUBLISHED.lines().next().unwrap();
    let line = PUBLISHED.lines().nth(1).unwrap();
    let with = |from: &str, to: &str| PUBLISHED.replace(from, to);
    let cases = [
        (
            with("noise_fp,", "noise,"),
            "line 1: has no column noise_fp; has columns that are not known: noise; it needs dataset",
        ),
        (with("macro_f1_mean", "acc_mean"), "line 1: has more than one column acc_mean"),
        (with(",85.83,", ",high,"), "line 3: acc_mean is 'high', which is no number from 0 to 100"),
        (with(",85.83,", ",8583,"), "line 3: acc_mean is '8583'"),
        (with(",85.83,", ",NaN,"), "line 3: acc_mean is 'NaN'"),
        (with(",85.83,", ",,"), "line 3: acc_mean is empty"),
        (with(",1.15,", ",x,"), "line 3: acc_std is 'x'"),
        (with("False,False,,16,2,", "False,maybe,,16,2,"), "line 3: gce is 'maybe', which is neither True nor False"),
        (with(",16,2,1|2|3,85", ",16,two,1|2|3,85"), "line 3: noise_fp is 'two'"),
        (with(",16,2,1|2|3,85", ",0,2,1|2|3,85"), "line 3: shots is 0"),
        (with(",16,2,1|2|3,85", ",16,2,1|b|3,85"), "line 3: seeds is 'b'"),
        (with(",1.15,", ","), "line 3: has 12 fields, and the header 13"),
        (format!("{PUBLISHED}{line}\n"), "line 6: is of the same runs as line 2"),
        (format!("{header}\n"), "has no line below its header"),
        (String::new(), "line 1: has no column dataset, trainer"),
    ];
    for (text, wanted) in cases {
        let message = read(&text).unwrap_err().to_string();
        assert!(message.contains("published.csv: ") && message.contains(wanted), "no '{wanted}' in: {message}");
    }
    // Several at once.
    let message = read(&with(",16,2,", ",x,2,")).unwrap_err().to_string();
    assert!(message.contains("line 3: shots is 'x'") && message.contains("line 5: shots is 'x'"), "{message}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    let found = find(&[dir.path().to_owned()]).unwrap();
    let reference = read(PUBLISHED).unwrap();
    let message = |metric: Metric, tolerance: f64| {
        let options = Options { metric, ..Options::default() };
        beside(&found, &reference, &Names::default(), tolerance, &options).unwrap_err().to_string()
    };
    assert!(message(Metric::ElapsedS, 1.0).contains("no elapsed_s is compared"));
    assert!(message(Metric::Accuracy, -1.0).contains("--tolerance is -1"));
    assert!(message(Metric::Accuracy, f64::NAN).contains("--tolerance is NaN"));
}
