#![allow(clippy::unwrap_used)]

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

fn assert_close(ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= 3e-6 * b.abs().max(0.1), "{what}: {a} != {b}");
    }
}

#[test]
fn values_and_gradients_are_pytorchs() {
    let gce = by_name("gce").unwrap();
    assert_eq!(gce, Loss::Generalized { q: 0.5 });
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
        compare("ce hard", &|z| Loss::CrossEntropy.hard(z, &y));
        compare("ce soft", &|z| Loss::CrossEntropy.soft(z, &t));
        compare("gce hard", &|z| gce.hard(z, &y));
        compare("gce soft", &|z| gce.soft(z, &t));
        compare("gce0.8 hard", &|z| Loss::Generalized { q: 0.8 }.hard(z, &y));
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
    for name in ["ce", "gce"] {
        let loss = by_name(name).unwrap();
        let value = |x: crate::Result<Tensor>| x.unwrap().to_scalar::<f32>().unwrap();
        assert_eq!(value(loss.hard(&logits, &y)), value(loss.soft(&logits, &t)), "{name}");
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let cpu = &Device::Cpu;
    let logits = Tensor::zeros((2, 3), DType::F32, cpu).unwrap();
    let message = Loss::CrossEntropy.hard(&logits, &Tensor::new(&[0u32, 3], cpu).unwrap()).unwrap_err().to_string();
    assert!(message.contains("label 3 of image 1") && message.contains("3 classes"), "{message}");
    assert!(per_sample_ce(&logits, &Tensor::new(&[u32::MAX, 0], cpu).unwrap()).is_err());
    assert!(Loss::CrossEntropy.hard(&logits, &Tensor::new(&[0u32], cpu).unwrap()).is_err());
    assert!(Loss::CrossEntropy.hard(&logits, &Tensor::new(&[0f32, 1.0], cpu).unwrap()).is_err());
    assert!(mse_probs(&logits, &Tensor::zeros((2, 1), DType::F32, cpu).unwrap()).is_err());
    let empty = Tensor::zeros((0, 3), DType::F32, cpu).unwrap();
    assert!(Loss::CrossEntropy.soft(&empty, &empty).is_err());

    let config = LossConfig { name: "mae".into(), gce_q: 0.0 };
    let message = Loss::new(&config).unwrap_err().to_string();
    assert!(message.contains("LOSS.NAME is 'mae'") && message.contains("LOSS.GCE_Q is 0"), "{message}");
}
