#![allow(clippy::unwrap_used)]

mod early;
mod limits;

use super::*;
use candle_core::{DType, Device, Tensor, Var};
use serde_json::Value;

fn golden() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/loss.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn matrix(v: &Value) -> Tensor {
    let rows: Vec<Vec<f64>> = v.as_array().unwrap().iter().map(floats).collect();
    Tensor::new(rows, &Device::Cpu).unwrap().to_dtype(DType::F32).unwrap()
}

fn labels(v: &Value) -> Tensor {
    Tensor::new(floats(v).iter().map(|&x| x as u32).collect::<Vec<_>>(), &Device::Cpu).unwrap()
}

/// What `loss` needs beside logits of images that were never seen before.
fn fresh(loss: &Loss, logits: &Tensor) -> Option<Tensor> {
    let images: Vec<String> = (0..logits.dim(0).unwrap()).map(|i| i.to_string()).collect();
    let images: Vec<&str> = images.iter().map(String::as_str).collect();
    RunningMeans::default().update(loss, &images, logits).unwrap()
}

fn assert_close(ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= 3e-6 * b.abs().max(0.1), "{what}: {a} != {b}");
    }
}

#[test]
fn values_and_gradients_are_pytorchs() {
    // What looks back has golden values of its own.
    let losses = NAMES.map(|name| (name, by_name(name).unwrap()));
    let losses = &losses[..7];
    assert_eq!(losses[1].1, Loss::Generalized { q: 0.5 });
    assert_eq!(losses[2].1, Loss::Symmetric { alpha: 0.1, beta: 1.0 });
    for case in golden() {
        let (y, t) = (labels(&case["labels"]), matrix(&case["targets"]));
        let compare = |name: &str, loss: &dyn Fn(&Tensor) -> crate::Result<Tensor>| {
            let logits = Var::from_tensor(&matrix(&case["logits"])).unwrap();
            let value = loss(&logits).unwrap();
            let gradient = value.backward().unwrap().get(&logits).unwrap().flatten_all().unwrap();
            let gradient: Vec<f64> = gradient.to_dtype(DType::F64).unwrap().to_vec1().unwrap();
            let what = format!("{}, {name}", case["case"]);
            let expected = &case["losses"][name];
            assert_close(&[value.to_scalar::<f32>().unwrap().into()], &[expected["value"].as_f64().unwrap()], &what);
            assert_close(&gradient, &floats(&expected["gradient"]), &what);
        };
        for (name, loss) in losses {
            compare(&format!("{name} hard"), &|z| loss.hard(z, &y, None));
            compare(&format!("{name} soft"), &|z| loss.soft(z, &t, None));
        }
        compare("gce0.8 hard", &|z| Loss::Generalized { q: 0.8 }.hard(z, &y, None));
        compare("sce2 hard", &|z| Loss::Symmetric { alpha: 2.0, beta: 0.5 }.hard(z, &y, None));
        compare("nce-rce2 soft", &|z| Loss::ActivePassive { alpha: 3.0, beta: 0.5 }.soft(z, &t, None));
        compare("phuber-ce2 soft", &|z| Loss::Huberised { tau: 2.0 }.soft(z, &t, None));
        compare("mse", &|z| mse_probs(z, &t));
        let ours = per_sample_ce(&matrix(&case["logits"]), &y).unwrap();
        for (ours, theirs) in ours.iter().zip(floats(&case["per_sample"])) {
            assert!((ours - theirs).abs() <= 1e-12 * theirs.max(1.0), "{ours} != {theirs}");
        }
    }
}

#[test]
fn a_one_hot_target_is_the_hard_label() {
    let logits = Tensor::new(&[[1f32, -2.0, 0.5], [90.0, 0.0, -90.0]], &Device::Cpu).unwrap();
    let y = Tensor::new(&[2u32, 1], &Device::Cpu).unwrap();
    let t = Tensor::new(&[[0f32, 0.0, 1.0], [0.0, 1.0, 0.0]], &Device::Cpu).unwrap();
    for name in NAMES {
        let loss = by_name(name).unwrap();
        assert_eq!(loss.name(), name);
        let value = |x: crate::Result<Tensor>| x.unwrap().to_scalar::<f32>().unwrap();
        let means = fresh(&loss, &logits);
        let (hard, soft) = (loss.hard(&logits, &y, means.as_ref()), loss.soft(&logits, &t, means.as_ref()));
        assert_eq!(value(hard), value(soft), "{name}");
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let cpu = &Device::Cpu;
    let logits = Tensor::zeros((2, 3), DType::F32, cpu).unwrap();
    let labels = Tensor::new(&[0u32, 3], cpu).unwrap();
    let message = Loss::CrossEntropy.hard(&logits, &labels, None).unwrap_err().to_string();
    assert!(message.contains("label 3 of image 1") && message.contains("3 classes"), "{message}");
    assert!(per_sample_ce(&logits, &Tensor::new(&[u32::MAX, 0], cpu).unwrap()).is_err());
    assert!(Loss::CrossEntropy.hard(&logits, &Tensor::new(&[0u32], cpu).unwrap(), None).is_err());
    assert!(Loss::CrossEntropy.hard(&logits, &Tensor::new(&[0f32, 1.0], cpu).unwrap(), None).is_err());
    assert!(mse_probs(&logits, &Tensor::zeros((2, 1), DType::F32, cpu).unwrap()).is_err());
    let empty = Tensor::zeros((0, 3), DType::F32, cpu).unwrap();
    assert!(Loss::CrossEntropy.soft(&empty, &empty, None).is_err());

    // All at once, whichever loss is chosen.
    let config = LossConfig {
        name: "mse".into(),
        gce_q: 0.0,
        sce_alpha: -1.0,
        sce_beta: f64::NAN,
        apl_alpha: 0.0,
        apl_beta: 0.0,
        phuber_tau: 1.0,
        elr_beta: 1.0,
        elr_lambda: -1.0,
    };
    let message = Loss::new(&config).unwrap_err().to_string();
    for part in [
        "LOSS.NAME is 'mse': it must be one of ce, gce, sce, mae, nce-rce, phuber-ce, double-softmax-ce, elr",
        "LOSS.GCE_Q is 0",
        "LOSS.SCE_ALPHA is -1: it must be 0 or greater",
        "LOSS.SCE_BETA is NaN",
        "LOSS.APL_ALPHA and LOSS.APL_BETA are both 0",
        "LOSS.PHUBER_TAU is 1: it must be greater than 1",
        "LOSS.ELR_BETA is 1: it must be 0 or greater and below 1",
        "LOSS.ELR_LAMBDA is -1: it must be 0 or greater, and finite",
    ] {
        assert!(message.contains(part), "{message}");
    }
    assert!(Loss::new(&LossConfig { phuber_tau: f64::INFINITY, ..LossConfig::default() }).is_err());
    let names = ["MAE", "Nce-Rce"].map(|name| by_name(name).unwrap().name());
    assert_eq!(names, ["mae", "nce-rce"]);
}
