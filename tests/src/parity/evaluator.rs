//! Scores of classification, and of finding wrong labels.

use super::check::gather;
use super::comparison::Comparison;
use super::device::device;
use super::{Check, golden};
use candle_core::{DType, Tensor};
use mlpt_core::Result;
use mlpt_core::metric::{ClassScore, Detection, Evaluation, predictions};
use serde_json::Value;

const GROUP: &str = "evaluator";
const REFERENCE: &str = "metric.py (scikit-learn 1.9.1)";

/// Scores in percent, detection as shares.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let golden = golden::json("metric.json")?;
        let mut checks = classification(golden::list(&golden, "classification")?)?;
        checks.push(ties(&golden["ties"])?);
        checks.extend(detection(golden::list(&golden, "detection")?)?);
        Ok(checks)
    })
}

fn classification(cases: &[Value]) -> Result<Vec<Check>> {
    let percent = |what: &str| Comparison::absolute(GROUP, what, REFERENCE, 1e-13);
    let (mut accuracy, mut error) = (percent("accuracy"), percent("error"));
    let (mut macro_f1, mut f1) = (percent("macro F1"), percent("F1 of each class"));
    let (mut mean, mut each) = (percent("mean accuracy of the classes"), percent("accuracy of each class"));
    let mut confusion = Comparison::exact(GROUP, "confusion matrix", REFERENCE);
    for case in cases {
        let classes = golden::number(case, "classes")? as usize;
        let e = Evaluation::new(&golden::indices(case, "predicted")?, &golden::indices(case, "true")?, classes)?;
        let of = |f: fn(&ClassScore) -> f64| -> Vec<f64> { e.per_class.iter().map(f).collect() };
        accuracy.numbers(&[e.accuracy], &golden::floats(case, "accuracy")?);
        error.numbers(&[e.error], &[100.0 - golden::number(case, "accuracy")?]);
        macro_f1.numbers(&[e.macro_f1], &golden::floats(case, "macro_f1")?);
        f1.numbers(&of(|c| c.f1), &golden::floats(case, "per_class_f1")?);
        mean.numbers(&[e.perclass_accuracy], &golden::floats(case, "perclass_accuracy")?);
        each.numbers(&of(|c| c.accuracy), &golden::floats(case, "per_class_accuracy")?);
        confusion.items(&e.confusion.concat(), &golden::indices(case, "confusion")?);
    }
    Ok([accuracy, error, macro_f1, f1, mean, each, confusion].map(Comparison::finish).into())
}

fn ties(case: &Value) -> Result<Check> {
    let rows = golden::list(case, "logits")?.len();
    let numbers = golden::floats(case, "logits")?;
    let columns = numbers.len() / rows.max(1);
    let logits = Tensor::from_vec(numbers, (rows, columns), device())?.to_dtype(DType::F32)?;
    let mut compare = Comparison::exact(GROUP, "predictions from logits that tie", "metric.py (numpy 2.4.6)");
    compare.items(&predictions(&logits)?, &golden::indices(case, "predicted")?);
    Ok(compare.finish())
}

fn detection(cases: &[Value]) -> Result<Vec<Check>> {
    let share = |what: &str| Comparison::absolute(GROUP, what, REFERENCE, 1e-15);
    let mut all = ["precision", "recall", "auroc"].map(|k| (k, share(&format!("wrong labels found: {k}"))));
    for case in cases {
        let wrong: Vec<bool> = golden::list(case, "wrong")?.iter().map(|w| w.as_bool() == Some(true)).collect();
        let d = Detection::new(&golden::floats(case, "clean")?, &wrong, 0.5)?;
        for ((key, compare), ours) in all.iter_mut().zip([d.precision, d.recall, d.auroc]) {
            // Where nothing was called wrong, scikit-learn says 0 and we say nothing.
            let ours = if *key == "precision" { Some(ours.unwrap_or(0.0)) } else { ours };
            compare.numbers(&[ours.unwrap_or(f64::NAN)], &golden::floats(case, key)?);
        }
    }
    Ok(all.into_iter().map(|(_, c)| c.finish()).collect())
}
