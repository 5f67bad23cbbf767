//! Early-learning regularisation over several batches.

use super::check::gather;
use super::comparison::Comparison;
use super::losses::{labels, logits, matrix};
use super::{Check, golden};
use candle_core::{DType, Tensor, Var};
use mlpt_core::Result;
use mlpt_core::loss::{Loss, RunningMeans};
use serde_json::Value;

const GROUP: &str = "losses";
const REFERENCE: &str = "loss.py (torch 2.15.0)";
const NAME: &str = "early-learning regularisation";

/// Running means, values and gradients in f32 against f64, batch by batch; images come back, also within one.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let absolute = |what: &str, tolerance| {
            Comparison::absolute(GROUP, format!("{NAME}, several batches: {what}"), REFERENCE, tolerance)
        };
        let mut means = absolute("running means", 2e-7);
        let mut values = [absolute("labels", 5e-6), absolute("target distributions", 5e-6)];
        let mut gradients = [absolute("labels, gradient", 5e-7), absolute("target distributions, gradient", 5e-7)];
        let sequences = golden::json("elr.json")?;
        for sequence in sequences.as_array().map_or(&[][..], Vec::as_slice) {
            let (beta, lambda) = (golden::number(sequence, "beta")?, golden::number(sequence, "lambda")?);
            let loss = Loss::EarlyLearning { beta, lambda };
            let mut memory = RunningMeans::default();
            for step in golden::list(sequence, "steps")? {
                let images: Vec<String> = golden::indices(step, "images")?.iter().map(usize::to_string).collect();
                let images: Vec<&str> = images.iter().map(String::as_str).collect();
                let z = Var::from_tensor(&logits(step)?)?;
                let past = memory.update(&loss, &images, &z)?;
                means.numbers(&flat(past.as_ref())?, &golden::floats(step, "means")?);
                let ours = [
                    loss.hard(&z, &labels(step)?, past.as_ref())?,
                    loss.soft(&z, &matrix(step, "targets")?, past.as_ref())?,
                ];
                for (side, (ours, kind)) in ours.iter().zip(["hard", "soft"]).enumerate() {
                    let theirs: &Value = &step["losses"][kind];
                    let wanted = golden::number(theirs, "value")?;
                    // As for the other losses: from 64 on, f32 has no digit left for the tolerance.
                    let unit = (wanted.abs() / 64.0).max(1.0);
                    values[side].numbers(&[f64::from(ours.to_scalar::<f32>()?) / unit], &[wanted / unit]);
                    let store = ours.backward()?;
                    gradients[side].numbers(&flat(store.get(&z))?, &golden::floats(theirs, "gradient")?);
                }
            }
        }
        let all = [means].into_iter().chain(values).chain(gradients);
        Ok(all.map(Comparison::finish).collect())
    })
}

/// The numbers of a tensor; of none, none.
fn flat(tensor: Option<&Tensor>) -> Result<Vec<f64>> {
    let Some(tensor) = tensor else { return Ok(Vec::new()) };
    Ok(tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?)
}
