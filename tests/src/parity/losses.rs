//! Losses and their gradients with respect to the logits.

use super::check::gather;
use super::comparison::Comparison;
use super::device::device;
use super::{Check, golden};
use candle_core::{DType, Tensor, Var};
use mlpt_core::Result;
use mlpt_core::loss::{Loss, by_name, mse_probs, per_sample_ce};
use serde_json::Value;

const GROUP: &str = "losses";
const REFERENCE: &str = "loss.py (torch 2.15.0)";

/// Where a loss is kept in the golden file, and what it is called in the report.
const LOSSES: [(&str, &str); 22] = [
    ("ce hard", "cross-entropy, labels"),
    ("ce soft", "cross-entropy, target distributions"),
    ("gce hard", "generalised cross-entropy, q 0.5, labels"),
    ("gce soft", "generalised cross-entropy, q 0.5, target distributions"),
    ("gce0.8 hard", "generalised cross-entropy, q 0.8, labels"),
    ("gce0.8 soft", "generalised cross-entropy, q 0.8, target distributions"),
    ("gce1 hard", "generalised cross-entropy, q 1, labels"),
    ("gce1 soft", "generalised cross-entropy, q 1, target distributions"),
    ("sce hard", "symmetric cross-entropy, labels"),
    ("sce soft", "symmetric cross-entropy, target distributions"),
    ("sce2 hard", "symmetric cross-entropy, weights 2 and 0.5, labels"),
    ("mae hard", "mean absolute error, labels"),
    ("mae soft", "mean absolute error, target distributions"),
    ("nce-rce hard", "normalised and reverse cross-entropy, labels"),
    ("nce-rce soft", "normalised and reverse cross-entropy, target distributions"),
    ("nce-rce2 soft", "normalised and reverse cross-entropy, weights 3 and 0.5, target distributions"),
    ("phuber-ce hard", "partially Huberised cross-entropy, tau 10, labels"),
    ("phuber-ce soft", "partially Huberised cross-entropy, tau 10, target distributions"),
    ("phuber-ce2 soft", "partially Huberised cross-entropy, tau 2, target distributions"),
    ("double-softmax-ce hard", "cross-entropy of a double softmax, labels"),
    ("double-softmax-ce soft", "cross-entropy of a double softmax, target distributions"),
    ("mse", "squared distance of probabilities"),
];

/// Values and gradients in f32 against f64.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let cases = golden::json("loss.json")?;
        let cases: &[Value] = cases.as_array().map_or(&[], Vec::as_slice);
        let mut checks = Vec::new();
        for (key, name) in LOSSES {
            // Cross-entropy grows with the logits, and reverse cross-entropy reaches 4; the others are at most 2,
            // or 3.3 for Huberised cross-entropy.
            let large = ["ce", "sce", "nce-rce"].iter().any(|name| key.starts_with(name));
            let tolerance = if large { 5e-6 } else { 1e-6 };
            let mut value = Comparison::absolute(GROUP, name, REFERENCE, tolerance);
            // The gradient of reverse cross-entropy is four times that of a probability.
            let steep = if key.contains("sce") || key.contains("rce") { 4e-7 } else { 2e-7 };
            let mut gradient = Comparison::absolute(GROUP, format!("{name}: gradient"), REFERENCE, steep);
            for case in cases {
                let (ours, slope) = ours(key, case)?;
                let theirs = golden::number(&case["losses"][key], "value")?;
                // From 64 on, f32 has no digit left for the tolerance: there it grows with the value.
                let unit = (theirs.abs() / 64.0).max(1.0);
                value.numbers(&[ours / unit], &[theirs / unit]);
                gradient.numbers(&slope, &golden::floats(&case["losses"][key], "gradient")?);
            }
            checks.extend([value.finish(), gradient.finish()]);
        }
        let mut each = Comparison::absolute(GROUP, "cross-entropy of each image (f64)", REFERENCE, 1e-13);
        for case in cases {
            each.numbers(&per_sample_ce(&logits(case)?, &labels(case)?)?, &golden::floats(case, "per_sample")?);
        }
        checks.push(each.finish());
        Ok(checks)
    })
}

/// The loss called `key`, and its gradient.
fn ours(key: &str, case: &Value) -> Result<(f64, Vec<f64>)> {
    let z = Var::from_tensor(&logits(case)?)?;
    let loss = match key.split(' ').next().unwrap_or_default() {
        "gce0.8" => Loss::Generalized { q: 0.8 },
        "gce1" => Loss::Generalized { q: 1.0 },
        "sce2" => Loss::Symmetric { alpha: 2.0, beta: 0.5 },
        "nce-rce2" => Loss::ActivePassive { alpha: 3.0, beta: 0.5 },
        "phuber-ce2" => Loss::Huberised { tau: 2.0 },
        // No loss of a learner; its value is taken below.
        "mse" => Loss::CrossEntropy,
        name => by_name(name)?,
    };
    let value = match (key, key.ends_with("hard")) {
        ("mse", _) => mse_probs(&z, &matrix(case, "targets")?)?,
        (_, true) => loss.hard(&z, &labels(case)?, None)?,
        (_, false) => loss.soft(&z, &matrix(case, "targets")?, None)?,
    };
    let store = value.backward()?;
    let gradient = store.get(&z).map_or_else(|| z.zeros_like(), |g| Ok(g.clone()))?;
    let gradient = gradient.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?;
    Ok((f64::from(value.to_scalar::<f32>()?), gradient))
}

/// `logits` of a case.
pub(super) fn logits(case: &Value) -> Result<Tensor> {
    matrix(case, "logits")
}

/// The matrix under `key`, in f32.
pub(super) fn matrix(case: &Value, key: &str) -> Result<Tensor> {
    let rows = golden::list(case, key)?.len();
    let numbers = golden::floats(case, key)?;
    let columns = numbers.len() / rows.max(1);
    Ok(Tensor::from_vec(numbers, (rows, columns), device())?.to_dtype(DType::F32)?)
}

/// `labels` of a case.
pub(super) fn labels(case: &Value) -> Result<Tensor> {
    let labels: Vec<u32> = golden::indices(case, "labels")?.into_iter().map(|x| x as u32).collect();
    Ok(Tensor::new(labels, device())?)
}
