#![allow(clippy::unwrap_used)]

use super::*;
use crate::prompt::NamedVar;
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use serde_json::Value;
use std::collections::BTreeMap;

fn golden(name: &str) -> Value {
    let path = format!("{}/../tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// MLPT's published settings.
fn published() -> OptimConfig {
    OptimConfig {
        name: "sgd".into(),
        lr: 0.002,
        lr_scheduler: "cosine".into(),
        max_epoch: 50,
        warmup_epoch: 1,
        warmup_type: "constant".into(),
        ..OptimConfig::default()
    }
}

#[test]
fn the_published_schedule_is_that_of_the_logs() {
    let schedule = Schedule::new(&published()).unwrap();
    let logged = [
        (1, "1.0000e-5"),
        (2, "2.0000e-3"),
        (3, "1.9980e-3"),
        (4, "1.9921e-3"),
        (5, "1.9823e-3"),
        (6, "1.9686e-3"),
        (7, "1.9511e-3"),
        (8, "1.9298e-3"),
        (11, "1.8443e-3"),
        (27, "1.0000e-3"),
        (50, "7.8853e-6"),
        (51, "1.9733e-6"),
    ];
    for (epoch, lr) in logged {
        assert_eq!(format!("{:.4e}", schedule.lr(epoch)), lr, "epoch {epoch}");
    }
}

#[test]
fn schedules_are_pytorchs() {
    let golden = golden("schedule");
    for case in golden["cases"].as_array().unwrap() {
        let config = OptimConfig {
            lr: golden["lr"].as_f64().unwrap(),
            gamma: golden["gamma"].as_f64().unwrap(),
            max_epoch: golden["max_epoch"].as_u64().unwrap() as usize,
            lr_scheduler: case["scheduler"].as_str().unwrap().into(),
            stepsize: case["stepsize"].as_array().unwrap().iter().map(|x| x.as_i64().unwrap()).collect(),
            warmup_type: case["warmup_type"].as_str().unwrap().into(),
            warmup_epoch: case["warmup_epoch"].as_i64().unwrap(),
            warmup_recount: case["recount"].as_bool().unwrap(),
            ..OptimConfig::default()
        };
        let schedule = Schedule::new(&config).unwrap();
        let expected = floats(&case["lr"]);
        assert_eq!(expected.len(), config.max_epoch);
        for (i, expected) in expected.iter().enumerate() {
            let lr = schedule.lr(i + 1);
            assert!((lr - expected).abs() < 1e-12, "{config:?} epoch {}: {lr} != {expected}", i + 1);
        }
    }
}

#[test]
fn a_stepsize_that_is_not_positive_means_the_last_epoch() {
    let schedule = Schedule::new(&OptimConfig { max_epoch: 4, ..OptimConfig::default() }).unwrap();
    assert_eq!(schedule.lr(4), 3e-4);
    assert!((schedule.lr(5) - 3e-5).abs() < 1e-18);
}

#[test]
fn every_fault_is_named_at_once() {
    let config = OptimConfig {
        lr: 0.0,
        lr_scheduler: "cosin".into(),
        warmup_type: "soft".into(),
        gamma: f64::NAN,
        max_epoch: 0,
        ..OptimConfig::default()
    };
    let message = Schedule::new(&config).unwrap_err().to_string();
    for key in ["OPTIM.LR is 0", "OPTIM.LR_SCHEDULER is 'cosin'", "cosine", "WARMUP_TYPE", "GAMMA", "MAX_EPOCH"] {
        assert!(message.contains(key), "{key} is not in: {message}");
    }
    let never = OptimConfig { lr_scheduler: "multi_step".into(), ..OptimConfig::default() };
    assert!(Schedule::new(&never).unwrap_err().to_string().contains("OPTIM.STEPSIZE"));
    let unknown = OptimConfig { name: "lion".into(), ..OptimConfig::default() };
    let message = build(&unknown, Vec::new()).err().unwrap().to_string();
    assert!(message.contains("OPTIM.NAME is 'lion'") && message.contains("sgd, adam, adamw"), "{message}");
}

fn variables(golden: &Value) -> Vec<NamedVar> {
    ["ctx", "scale"]
        .map(|name| NamedVar {
            name: name.into(),
            var: Var::from_tensor(&tensor(golden, &golden["start"], name)).unwrap(),
        })
        .into()
}

fn tensor(golden: &Value, values: &Value, name: &str) -> Tensor {
    let shape: Vec<usize> = floats(&golden["shapes"][name]).iter().map(|&x| x as usize).collect();
    let values: Vec<f32> = floats(&values[name]).iter().map(|&x| x as f32).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// A store whose gradient of each parameter is as given: that of `sum(p * g)`.
fn store(golden: &Value, gradients: &Value, parameters: &[NamedVar]) -> GradStore {
    let terms =
        parameters.iter().map(|p| (p.var.as_tensor() * tensor(golden, gradients, &p.name)).unwrap().sum_all().unwrap());
    terms.reduce(|a, b| (a + b).unwrap()).unwrap().backward().unwrap()
}

fn values(parameter: &NamedVar) -> Vec<f32> {
    parameter.var.flatten_all().unwrap().to_vec1().unwrap()
}

fn config_of(case: &Value) -> OptimConfig {
    let options = &case["options"];
    let number = |key: &str, default: f64| options[key].as_f64().unwrap_or(default);
    let defaults = OptimConfig::default();
    OptimConfig {
        name: case["name"].as_str().unwrap().into(),
        weight_decay: number("weight_decay", defaults.weight_decay),
        momentum: number("momentum", defaults.momentum),
        rmsprop_alpha: number("alpha", defaults.rmsprop_alpha),
        sgd_dampening: number("dampening", 0.0),
        sgd_nesterov: options["nesterov"].as_bool().unwrap_or(false),
        adam_beta1: options["betas"][0].as_f64().unwrap_or(defaults.adam_beta1),
        adam_beta2: options["betas"][1].as_f64().unwrap_or(defaults.adam_beta2),
        ..defaults
    }
}

/// Also with a resume in the middle, into a fresh optimiser.
#[test]
fn optimisers_are_pytorchs_also_across_a_resume() {
    let golden = golden("optim");
    let rates = floats(&golden["lr"]);
    for case in golden["cases"].as_array().unwrap() {
        let parameters = variables(&golden);
        let mut optimiser = build(&config_of(case), parameters.clone()).unwrap();
        for (i, lr) in rates.iter().enumerate() {
            if i == 7 {
                let state = optimiser.state();
                optimiser = build(&config_of(case), parameters.clone()).unwrap();
                optimiser.load_state(&state).unwrap();
            }
            optimiser.step(&store(&golden, &golden["gradients"][i], &parameters), *lr).unwrap();
            for parameter in &parameters {
                let expected = floats(&case["after"][i][&parameter.name]);
                for (ours, theirs) in values(parameter).iter().zip(&expected) {
                    let close = (f64::from(*ours) - theirs).abs() <= 2e-6 * theirs.abs().max(1.0);
                    assert!(close, "{} step {i} {}: {ours} != {theirs}", case["case"], parameter.name);
                }
            }
        }
    }
}

#[test]
fn a_state_that_does_not_fit_is_refused_and_changes_nothing() {
    let golden = golden("optim");
    let parameters = variables(&golden);
    let mut sgd = build(&published(), parameters.clone()).unwrap();
    assert!(sgd.state().is_empty());
    sgd.step(&store(&golden, &golden["gradients"][0], &parameters), 0.1).unwrap();
    let state = sgd.state();
    assert_eq!(state.keys().collect::<Vec<_>>(), ["ctx.momentum", "scale.momentum"]);
    let wrong_shape = BTreeMap::from([("ctx.momentum".to_owned(), state["scale.momentum"].clone())]);
    let stray = BTreeMap::from([("ctx.first_moment".to_owned(), state["ctx.momentum"].clone())]);
    assert!(sgd.load_state(&wrong_shape).unwrap_err().to_string().contains("ctx.momentum"));
    assert!(sgd.load_state(&stray).unwrap_err().to_string().contains("ctx.first_moment"));
    let mut adam = build(&OptimConfig::default(), parameters).unwrap();
    assert!(adam.load_state(&stray).unwrap_err().to_string().contains("incomplete"));
    assert_eq!(sgd.state().len(), 2);
}

#[test]
fn missing_and_non_finite_gradients_are_named() {
    let golden = golden("optim");
    let parameters = variables(&golden);
    let loss = |p: &NamedVar, by: f64| p.var.affine(by, 0.0).unwrap().sqr().unwrap().sum_all().unwrap();
    let both = |by: f64| (loss(&parameters[0], 1.0) + loss(&parameters[1], by)).unwrap().backward().unwrap();

    let norm = check_gradients(&parameters, &both(1.0)).unwrap();
    let expected: f64 = parameters.iter().flat_map(values).map(|x| 4.0 * f64::from(x) * f64::from(x)).sum();
    assert!((norm - expected.sqrt()).abs() < 1e-6 * norm);
    // Squares that overflow f32 are still numbers.
    assert!(check_gradients(&parameters, &both(1e14)).unwrap() > 1e27);
    assert_eq!(check_gradients(&parameters, &both(f64::INFINITY)), Err("scale".into()));

    let missing = loss(&parameters[0], 1.0).backward().unwrap();
    assert_eq!(check_gradients(&parameters, &missing), Err("scale".into()));
    let before = values(&parameters[0]);
    let mut sgd = build(&published(), parameters.clone()).unwrap();
    assert!(sgd.step(&missing, 0.1).unwrap_err().to_string().contains("'scale'"));
    assert_eq!(values(&parameters[0]), before);
}

#[test]
fn long_gradients_are_scaled_down_together() {
    let parameters = variables(&golden("optim"));
    let loss = |p: &NamedVar| p.var.sqr().unwrap().sum_all().unwrap();
    let backward = || (loss(&parameters[0]) + loss(&parameters[1])).unwrap().backward().unwrap();
    let norm = check_gradients(&parameters, &backward()).unwrap();
    let clipped = |limit: f64| {
        let mut grads = backward();
        clip_gradients(&parameters, &mut grads, norm, limit).unwrap();
        (check_gradients(&parameters, &grads).unwrap(), grads)
    };
    let (half, grads) = clipped(norm / 2.0);
    assert!((half - norm / 2.0).abs() < 1e-6 * norm);
    // The direction stays.
    let (full, got) = (backward(), grads.get(parameters[1].var.as_tensor()).unwrap());
    let doubled = (got * 2.0).unwrap();
    let apart = (full.get(parameters[1].var.as_tensor()).unwrap() - doubled).unwrap().abs().unwrap().max_all().unwrap();
    assert!(apart.to_scalar::<f32>().unwrap() < 1e-5);
    for limit in [0.0, 2.0 * norm] {
        assert_eq!(clipped(limit).0, norm);
    }
}
