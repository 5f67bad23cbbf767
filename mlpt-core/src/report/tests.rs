#![allow(clippy::unwrap_used)]

use super::*;
use std::path::PathBuf;

fn file(dir: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The message of reading `text` as `name`, without the folder.
fn fault<T: std::fmt::Debug>(name: &str, text: &str, read: impl Fn(&std::path::Path) -> crate::Result<T>) -> String {
    let dir = tempfile::tempdir().unwrap();
    let message = read(&file(&dir, name, text)).unwrap_err().to_string();
    assert!(message.contains(name), "{message}");
    message
}

const HISTOGRAM: &str = r#"{"v":1,"event":"histogram","name":"pool-loss/a","epoch":2,"low":1.0,"high":3.0,"counts":[3,1,0,4],"wrong":[0,0,0,4],"mixture":{"means":[0.1,0.9],"variances":[0.01,0.02],"weights":[0.5,0.5]}}"#;

#[test]
fn metrics_are_sorted_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let text = [
        r#"{"v":1,"event":"start","epoch":1,"max_epoch":2,"learners":["a","b"]}"#,
        r#"{"v":1,"event":"note","text":"n"}"#,
        r#"{"v":1,"event":"scalar","name":"train/a/loss","epoch":1,"value":2.5}"#,
        r#"{"v":1,"event":"scalar","name":"train/a/loss","epoch":2,"value":null}"#,
        r#"{"v":1,"event":"scalar","name":"lr/a","epoch":1,"value":0.1}"#,
        HISTOGRAM,
        r#"{"v":1,"event":"something-new","x":1}"#,
        r#"{"v":1,"event":"warning","text":"w"}"#,
        r#"{"v":1,"event":"warning","text":"w"}"#,
    ]
    .map(|line| format!("{line}\n"))
    .concat();
    let metrics = Metrics::read(&file(&dir, "metrics.jsonl", &text)).unwrap();
    assert_eq!((metrics.max_epoch, metrics.learners.len()), (2, 2));
    assert_eq!(metrics.below("train/").collect::<Vec<_>>(), [("a/loss", &[(1, 2.5)][..])]);
    assert_eq!(metrics.histogram_epochs(), [2]);
    assert_eq!(metrics.warnings, ["w"]);
    let h = &metrics.histograms[0];
    assert_eq!((h.learner(), h.total(), h.width()), ("a", 8, 0.5));
    // The expected counts of all bins are nearly all items of the component.
    let sum: f64 = (0..4000).map(|i| h.expected(1, -1.0 + 6.0 * f64::from(i) / 4000.0).unwrap()).sum();
    assert!((sum * 6.0 / 4000.0 / h.width() - 4.0).abs() < 1e-6, "{sum}");
}

#[test]
fn damaged_metrics_name_the_line() {
    let bad = |line: &str| fault("metrics.jsonl", &format!("{HISTOGRAM}\n{line}\n"), Metrics::read);
    assert!(fault("metrics.jsonl", HISTOGRAM, Metrics::read).contains("line 1 is cut off"));
    assert!(bad("{\"v\":1,\"event\":\"sca").contains("line 2 is no event"));
    assert!(bad(&HISTOGRAM.replace("\"v\":1", "\"v\":9")).contains("line 2 has version 9"));
    assert!(bad(&HISTOGRAM.replace("[3,1,0,4]", "[]")).contains("counts are empty"));
    assert!(bad(&HISTOGRAM.replace("[0,0,0,4]", "[0,0,4]")).contains("wrong is no part of counts"));
    assert!(bad(&HISTOGRAM.replace("\"low\":1.0", "\"low\":9.0")).contains("low and high are no range"));
    assert!(bad(&HISTOGRAM.replace("0.02]", "0.0]")).contains("mixture has a figure that cannot be"));
}

#[test]
fn clean_tables_of_earlier_versions_are_read_too() {
    let dir = tempfile::tempdir().unwrap();
    let new = "index,image,given,true,clean_a,clean_b,trusted_a,trusted_b,suggested_a,suggested_b\n\
               0,x/1.png,cat,dog,0.25,0.75,false,true,dog,cat\n1,x/2.png,cat,,0.5,,true,,cat,\n";
    let table = CleanTable::read(&file(&dir, "clean.csv", new)).unwrap();
    assert_eq!(table.learners, ["a", "b"]);
    let [one, two] = table.rows.as_slice() else { panic!("{table:?}") };
    assert_eq!((one.mean(), one.is_wrong(), one.trusted[1]), (Some(0.5), Some(true), Some(true)));
    assert_eq!(one.suggested, [Some("dog".to_owned()), Some("cat".to_owned())]);
    assert_eq!((two.mean(), two.is_wrong(), two.suggested[1].clone()), (Some(0.5), None, None));
    let old = "index,image,given,true,clean_a\n0,x/1.png,cat,cat,0.25\n";
    let table = CleanTable::read(&file(&dir, "clean.csv", old)).unwrap();
    assert_eq!((table.rows[0].trusted.clone(), table.rows[0].suggested.clone()), (vec![None], vec![None]));

    assert!(fault("clean.csv", "index,image,true\n", CleanTable::read).contains("no column `given`"));
    assert!(fault("clean.csv", &new.replace("0.25", "low"), CleanTable::read).contains("line 2: clean_a: 'low'"));
    assert!(fault("clean.csv", &new.replace("true,,cat", "yes,,cat"), CleanTable::read).contains("line 3: trusted_a"));
    assert!(fault("clean.csv", &format!("{new}2,x\n"), CleanTable::read).contains("is no whole table"));
}

#[test]
fn an_audit_is_in_the_order_of_its_ranks() {
    let dir = tempfile::tempdir().unwrap();
    let head = "rank,image,given,suggested,true,clean,clean_a,p_given,p_suggested,zero_shot,p_zero_shot_given\n";
    let rows = "2,b.png,cat,dog,,0.4,0.4,0.1,0.9,dog,0.2\n1,a.png,cat,owl,owl,0.1,0.1,0.1,0.9,dog,0.2\n";
    let table = AuditTable::read(&file(&dir, "audit.csv", &format!("{head}{rows}"))).unwrap();
    assert_eq!(table.rows.iter().map(|r| r.image.as_str()).collect::<Vec<_>>(), ["a.png", "b.png"]);
    assert_eq!(table.rows[0].learners, [Some(0.1)]);
    assert_eq!((table.rows[0].truth.as_deref(), table.rows[1].truth.as_deref()), (Some("owl"), None));
    assert!(fault("audit.csv", &format!("{head},b,c,,,,,,,,\n"), AuditTable::read).contains("line 2: rank: is empty"));
}

fn predictions(dir: &tempfile::TempDir) -> Predictions {
    let text = "index,image,label,predicted,p_label,p_predicted\n\
                0,1.png,cat,cat,0.9,0.9\n1,2.png,cat,dog,0.1,0.6\n2,3.png,cat,dog,0.1,0.8\n3,4.png,dog,owl,0.3,0.7\n";
    Predictions::read(&file(dir, "predictions.csv", text)).unwrap()
}

#[test]
fn confusions_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let all = predictions(&dir);
    assert_eq!(all.errors().iter().map(|p| p.image.as_str()).collect::<Vec<_>>(), ["3.png", "4.png", "2.png"]);
    let names = ["dog", "cat", "owl"].map(str::to_owned);
    let confusion = all.confusion(&names).unwrap();
    assert_eq!(confusion.counts, [vec![0, 0, 1], vec![2, 1, 0], vec![0, 0, 0]]);
    assert_eq!(confusion.pairs(5), [("cat", "dog", 2), ("dog", "owl", 1)]);
    assert_eq!(confusion.pairs(1).len(), 1);
    let classes = confusion.classes();
    let cat = &classes[1];
    assert_eq!((cat.images, cat.right, cat.precision), (3, 1, Some(1.0)));
    assert_eq!((cat.recall, cat.f1), (Some(1.0 / 3.0), Some(0.5)));
    assert_eq!(cat.confused, Some(("dog".to_owned(), 2)));
    assert_eq!((classes[2].recall, classes[2].precision, classes[2].confused.clone()), (None, Some(0.0), None));
    // Classes that nobody listed come behind.
    assert_eq!(all.confusion(&names[2..]).unwrap().names, ["owl", "cat", "dog"]);
}

#[test]
fn damaged_predictions_name_the_line() {
    let head = "index,image,label,predicted,p_label,p_predicted\n";
    let bad = |rows: &str| fault("predictions.csv", &format!("{head}{rows}"), Predictions::read);
    assert!(bad("").contains("holds no prediction"));
    assert!(bad("0,a,b,c,0.5,NaN\n").contains("line 2: p_predicted: 'NaN' is no number"));
    assert!(bad("0,a,b,c,0.5\n").contains("is no whole table"));
}

#[test]
fn the_curve_has_the_area_of_the_score() {
    let items = [(0.1, true), (0.4, false), (0.4, true), (0.9, false), (0.95, true)];
    let curve = roc(&items).unwrap();
    assert_eq!(curve.points.first(), Some(&(0.0, 0.0)));
    assert_eq!(curve.points.last(), Some(&(1.0, 1.0)));
    // Ties are one point.
    assert_eq!(curve.points.len(), 5);
    let (clean, wrong): (Vec<f64>, Vec<bool>) = items.into_iter().unzip();
    let score = crate::metric::Detection::new(&clean, &wrong, 0.5).unwrap().auroc.unwrap();
    assert!((curve.area - score).abs() < 1e-12, "{} {score}", curve.area);
    assert_eq!(roc(&[(0.1, true)]), None);
    assert_eq!(roc(&[]), None);
}

#[test]
fn settings_keep_their_origins() {
    let dir = tempfile::tempdir().unwrap();
    let text = "# Every setting of this run and where it came from; `--config-file` reads it.\n\
                A.TEXT = \"one # two\" # config file a # b.yaml\nOPTIM.LR = 0.5\n# OUTPUT_DIR = \"here\" # default\n\
                # A.NONE is not set # preset demo\nA.LONG = \"\"\"\none\ntwo\"\"\" # flag\nA.LIST = [1, 2] # default\n";
    let all = settings(&file(&dir, "config.toml", text)).unwrap();
    let told: Vec<(&str, Option<&str>, &str)> =
        all.iter().map(|s| (s.key.as_str(), s.value.as_deref(), s.origin.as_str())).collect();
    let wanted = [
        ("A.TEXT", Some("\"one # two\""), "config file a # b.yaml"),
        ("OPTIM.LR", Some("0.5"), ""),
        ("OUTPUT_DIR", Some("\"here\""), "default"),
        ("A.NONE", None, "preset demo"),
        ("A.LONG", Some("\"\"\"\none\ntwo\"\"\""), "flag"),
        ("A.LIST", Some("[1, 2]"), "default"),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_folder_without_a_result_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(RunFiles::read(dir.path()).unwrap_err().to_string().contains("holds no run"));
    file(&dir, "config.toml", "SEED = 1\n");
    assert!(RunFiles::read(dir.path()).unwrap_err().to_string().contains("is not finished"));
    file(&dir, "run.json", "{\"mlpt\": 3}");
    assert!(Facts::read(&dir.path().join("run.json")).unwrap_err().to_string().contains("is no whole run.json"));
}
