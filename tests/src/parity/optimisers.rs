//! Twenty steps of every optimiser with recorded gradients.

use super::check::gather;
use super::comparison::Comparison;
use super::device::device;
use super::{Check, golden};
use candle_core::{Tensor, Var};
use mlpt_core::optim::{OptimConfig, build};
use mlpt_core::prompt::NamedVar;
use mlpt_core::{Error, Result};
use serde_json::Value;

const GROUP: &str = "optimisers";
const TORCH: &str = "optim.py (torch 2.15.0)";
const FORMULA: &str = "optim.py (formula in f64, numpy 2.4.6)";
const PARAMETERS: [&str; 2] = ["ctx", "scale"];

/// All parameters after each of the steps.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, TORCH, || {
        let golden = golden::json("optim.json")?;
        golden::list(&golden, "cases")?.iter().map(|case| walk(&golden, case)).collect()
    })
}

fn walk(golden: &Value, case: &Value) -> Result<Check> {
    let name = golden::text(case, "case")?;
    let reference = if name.starts_with("radam") { FORMULA } else { TORCH };
    let tolerance = match name {
        // A mean square that is nearly nothing in the first steps makes their rounding large.
        "rmsprop" => 5e-6,
        // f32 against f64.
        _ if reference == FORMULA => 2e-6,
        _ => 1e-6,
    };
    let mut compare = Comparison::absolute(GROUP, format!("{name}, 20 steps"), reference, tolerance);
    let parameters = PARAMETERS
        .iter()
        .map(|&name| {
            let var = Var::from_tensor(&tensor(golden, &golden["start"], name)?)?;
            Ok(NamedVar { name: name.to_owned(), var })
        })
        .collect::<Result<Vec<_>>>()?;
    let mut optimiser = build(&config(case)?, parameters.clone())?;
    let (rates, gradients) = (golden::floats(golden, "lr")?, golden::list(golden, "gradients")?);
    let after = golden::list(case, "after")?;
    if after.len() != rates.len() {
        return Err(Error::invalid("optim.json: steps and learning rates differ in number"));
    }
    for ((lr, gradient), after) in rates.iter().zip(gradients).zip(after) {
        // The gradient of sum(p * g) is g.
        let mut loss = Tensor::new(0f32, device())?;
        for p in &parameters {
            loss = (loss + (p.var.as_tensor() * tensor(golden, gradient, &p.name)?)?.sum_all()?)?;
        }
        optimiser.step(&loss.backward()?, *lr)?;
        for p in &parameters {
            compare.tensors(&p.var.as_detached_tensor(), &tensor(golden, after, &p.name)?)?;
        }
    }
    Ok(compare.finish())
}

fn tensor(golden: &Value, values: &Value, name: &str) -> Result<Tensor> {
    let shape = golden::indices(&golden["shapes"], name)?;
    let numbers: Vec<f32> = golden::floats(values, name)?.into_iter().map(|x| x as f32).collect();
    Ok(Tensor::from_vec(numbers, shape, device())?)
}

fn config(case: &Value) -> Result<OptimConfig> {
    let options = &case["options"];
    let defaults = OptimConfig::default();
    let number = |value: &Value, default: f64| value.as_f64().unwrap_or(default);
    Ok(OptimConfig {
        name: golden::text(case, "name")?.to_owned(),
        weight_decay: number(&options["weight_decay"], defaults.weight_decay),
        momentum: number(&options["momentum"], defaults.momentum),
        sgd_dampening: number(&options["dampening"], defaults.sgd_dampening),
        sgd_nesterov: options["nesterov"].as_bool().unwrap_or(defaults.sgd_nesterov),
        rmsprop_alpha: number(&options["alpha"], defaults.rmsprop_alpha),
        adam_beta1: number(&options["betas"][0], defaults.adam_beta1),
        adam_beta2: number(&options["betas"][1], defaults.adam_beta2),
        ..defaults
    })
}
