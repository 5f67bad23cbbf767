#![allow(clippy::unwrap_used)]

use super::*;
use candle_core::{Device, Tensor};
use serde_json::Value;

fn golden(part: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/metric.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[part].as_array().unwrap().clone()
}

fn indices(v: &Value) -> Vec<usize> {
    v.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as usize).collect()
}

fn close(ours: f64, theirs: &Value) -> bool {
    (ours - theirs.as_f64().unwrap()).abs() < 1e-10
}

#[test]
fn evaluation_is_scikit_learns() {
    for case in golden("classification") {
        let (predicted, labels) = (indices(&case["predicted"]), indices(&case["true"]));
        let e = Evaluation::new(&predicted, &labels, case["classes"].as_u64().unwrap() as usize).unwrap();
        assert!(close(e.accuracy, &case["accuracy"]) && close(100.0 - e.error, &case["accuracy"]));
        assert!(close(e.macro_f1, &case["macro_f1"]), "{} != {}", e.macro_f1, case["macro_f1"]);
        assert!(close(e.perclass_accuracy, &case["perclass_accuracy"]));
        let f1 = case["per_class_f1"].as_array().unwrap();
        assert_eq!(e.per_class.len(), f1.len());
        assert!(e.per_class.iter().zip(f1).all(|(ours, theirs)| close(ours.f1, theirs)));
        let confusion: Vec<Vec<usize>> = case["confusion"].as_array().unwrap().iter().map(indices).collect();
        assert_eq!(e.confusion, confusion);
    }
}

#[test]
fn detection_is_scikit_learns() {
    for case in golden("detection") {
        let clean: Vec<f64> = case["clean"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        let wrong: Vec<bool> = case["wrong"].as_array().unwrap().iter().map(|x| x.as_bool().unwrap()).collect();
        let d = Detection::new(&clean, &wrong, 0.5).unwrap();
        assert!(close(d.auroc.unwrap(), &case["auroc"]), "{d:?} {}", case["auroc"]);
        assert!(close(d.recall.unwrap(), &case["recall"]));
        // scikit-learn says 0 where nothing was called wrong.
        assert!(close(d.precision.unwrap_or(0.0), &case["precision"]));
    }
}

#[test]
fn what_is_not_defined_is_absent() {
    let none_wrong = Detection::new(&[0.1, 0.9], &[false, false], 0.5).unwrap();
    assert_eq!(none_wrong, Detection { precision: Some(0.0), recall: None, auroc: None });
    let all_wrong = Detection::new(&[0.1, 0.9], &[true, true], 0.5).unwrap();
    assert_eq!(all_wrong, Detection { precision: Some(1.0), recall: Some(0.5), auroc: None });
    let none_called = Detection::new(&[0.7, 0.9], &[true, false], 0.5).unwrap();
    assert_eq!(none_called, Detection { precision: None, recall: Some(0.0), auroc: Some(1.0) });
    // The threshold itself is called wrong.
    assert_eq!(Detection::new(&[0.5], &[true], 0.5).unwrap().recall, Some(1.0));
    assert!(Detection::new(&[f64::NAN], &[true], 0.5).is_err());
}

#[test]
fn the_report_is_dassls() {
    // 963 of 1692: the counts of a published log.
    let labels: Vec<usize> = (0..1692).map(|i| usize::from(i >= 1000)).collect();
    let predictions: Vec<usize> = (0..1692).map(|i| usize::from((963..1000).contains(&i))).collect();
    let e = Evaluation::new(&predictions, &labels, 3).unwrap();
    let lines = e.report_lines();
    assert_eq!(
        lines[..5],
        ["=> result", "* total: 1,692", "* correct: 963", "* accuracy: 56.9%", "* error: 43.1%"].map(String::from)
    );
    assert!(lines[5].starts_with("* macro_f1: ") && lines.len() == 6);
    let names = ["cat".to_owned()];
    assert_eq!(
        e.per_class_lines(&names),
        [
            "=> per-class result",
            "* class: 0 (cat)\ttotal: 1,000\tcorrect: 963\tacc: 96.3%",
            "* class: 1 (1)\ttotal: 692\tcorrect: 0\tacc: 0.0%",
            "* average: 48.1%"
        ]
        .map(String::from)
    );
}

#[test]
fn the_first_of_equal_logits_wins_and_nan_is_an_error() {
    let logits = |rows: [[f32; 3]; 3]| Tensor::new(&rows, &Device::Cpu).unwrap();
    assert_eq!(predictions(&logits([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [-5.0, -6.0, -4.0]])).unwrap(), [1, 0, 2]);
    assert!(
        predictions(&logits([[0.0; 3], [1.0, f32::NAN, 0.0], [0.0; 3]])).unwrap_err().to_string().contains("image 1")
    );
    assert!(Evaluation::new(&[], &[], 3).is_err() && Evaluation::new(&[0], &[3], 3).is_err());
}
