//! Early-learning regularisation and what it remembers.

use super::super::*;
use super::{assert_close, floats, fresh};
use candle_core::{D, DType, Device, Tensor, Var};
use serde_json::Value;
use std::collections::BTreeMap;

const ELR: Loss = Loss::EarlyLearning { beta: 0.7, lambda: 3.0 };

fn tensor(rows: &[[f32; 3]]) -> Tensor {
    Tensor::from_vec(rows.concat(), (rows.len(), 3), &Device::Cpu).unwrap()
}

fn rows(means: Option<Tensor>) -> Vec<Vec<f32>> {
    means.unwrap().to_vec2().unwrap()
}

#[test]
fn batches_in_a_row_are_pytorchs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/elr.json");
    let sequences: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(by_name("elr").unwrap(), ELR);
    let (mut steps, mut again) = (0, 0);
    for sequence in &sequences {
        let loss = Loss::EarlyLearning {
            beta: sequence["beta"].as_f64().unwrap(),
            lambda: sequence["lambda"].as_f64().unwrap(),
        };
        let mut memory = RunningMeans::default();
        for step in sequence["steps"].as_array().unwrap() {
            let what = format!("{}, step {steps}", sequence["case"]);
            let images: Vec<String> = step["images"].as_array().unwrap().iter().map(Value::to_string).collect();
            let images: Vec<&str> = images.iter().map(String::as_str).collect();
            again += images.iter().filter(|i| memory.rows.contains_key(**i)).count();
            let logits = Var::from_tensor(&super::matrix(&step["logits"])).unwrap();
            let means = memory.update(&loss, &images, &logits).unwrap().unwrap();
            let seen: Vec<f64> = means.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap();
            assert_close(&seen, &floats(&step["means"]), &what);
            let (y, t) = (super::labels(&step["labels"]), super::matrix(&step["targets"]));
            let hard = loss.hard(&logits, &y, Some(&means)).unwrap();
            let soft = loss.soft(&logits, &t, Some(&means)).unwrap();
            for (value, kind) in [(hard, "hard"), (soft, "soft")] {
                let gradient = value.backward().unwrap().get(&logits).unwrap().flatten_all().unwrap();
                let gradient: Vec<f64> = gradient.to_dtype(DType::F64).unwrap().to_vec1().unwrap();
                let expected = &step["losses"][kind];
                let value = f64::from(value.to_scalar::<f32>().unwrap());
                assert_close(&[value], &[expected["value"].as_f64().unwrap()], &what);
                assert_close(&gradient, &floats(&expected["gradient"]), &what);
            }
            steps += 1;
        }
    }
    assert!(steps > 15 && again > 25, "{steps} {again}");
}

#[test]
fn means_by_hand() {
    let mut memory = RunningMeans::default();
    let third = 1.0 / 3.0;
    let even = tensor(&[[0.0; 3]]);
    let first = rows(memory.update(&ELR, &["a"], &even).unwrap());
    assert!(first[0].iter().all(|m| (m - 0.3 * third).abs() < 1e-6), "{first:?}");
    // Cut off to 0.9999 and 0.0001 twice, over their sum of 1.0001.
    let sure = tensor(&[[100.0, 0.0, 0.0]]);
    let second = rows(memory.update(&ELR, &["a"], &sure).unwrap());
    let wanted = [0.7 * 0.3 * third + 0.3 * 0.9999 / 1.0001, 0.7 * 0.3 * third + 0.3 * 0.0001 / 1.0001];
    assert!((second[0][0] - wanted[0]).abs() < 1e-6 && (second[0][1] - wanted[1]).abs() < 1e-6, "{second:?}");
    // Another image has a mean of its own, and the first one's stays.
    let other = rows(memory.update(&ELR, &["b"], &even).unwrap());
    assert_eq!(other, first);
    assert_eq!(memory.rows["a"].to_vec1::<f32>().unwrap(), second[0]);
}

#[test]
fn an_image_twice_in_a_batch_counts_once_whatever_the_order() {
    let (p, q) = ([1.0, 0.0, 0.5], [-2.0, 1.0, 3.0]);
    let of = |logits: &[[f32; 3]], images: &[&str]| {
        rows(RunningMeans::default().update(&ELR, images, &tensor(logits)).unwrap())
    };
    let both = of(&[p, q], &["a", "a"]);
    assert_eq!(both[0], both[1]);
    assert_eq!(both, of(&[q, p], &["a", "a"]));
    let (one, two) = (of(&[p], &["a"]), of(&[q], &["a"]));
    for (class, mean) in both[0].iter().enumerate() {
        assert!((mean - (one[0][class] + two[0][class]) / 2.0).abs() < 1e-7);
    }
    // The same view three times is the same view.
    assert_eq!(of(&[p, p], &["a", "a"])[0], one[0]);
}

#[test]
fn the_regulariser_holds_on_to_what_was_learnt() {
    // Sure of class 0 for a while; then a wrong label 1.
    let mut memory = RunningMeans::default();
    let before = tensor(&[[4.0, 0.0, 0.0]]);
    for _ in 0..9 {
        memory.update(&ELR, &["a"], &before).unwrap();
    }
    let logits = Var::from_tensor(&tensor(&[[1.0, 0.5, 0.0]])).unwrap();
    let wrong = Tensor::new(&[1u32], &Device::Cpu).unwrap();
    let means = memory.update(&ELR, &["a"], &logits).unwrap();
    let slope = |loss: Loss| -> Vec<f32> {
        let value = loss.hard(&logits, &wrong, means.as_ref()).unwrap();
        value.backward().unwrap().get(&logits).unwrap().flatten_all().unwrap().to_vec1().unwrap()
    };
    // Down the slope: cross-entropy leaves class 0, the regulariser stays with it.
    assert!(slope(Loss::CrossEntropy)[0] > 0.4);
    assert!(slope(ELR)[0] < -0.2, "{:?}", slope(ELR));
    let plain = |lambda| slope(Loss::EarlyLearning { beta: 0.7, lambda });
    assert_eq!(plain(0.0), slope(Loss::CrossEntropy));
}

#[test]
fn a_state_comes_back_and_leaves_the_rest() {
    let mut memory = RunningMeans::default();
    let logits = tensor(&[[1.0, 0.0, 0.5], [-2.0, 1.0, 3.0]]);
    memory.update(&ELR, &["cat/1.png", "a:b c"], &logits).unwrap();
    let mut state = BTreeMap::new();
    memory.save("", &mut state);
    assert!(state.contains_key("running_mean:cat/1.png") && state.contains_key("running_mean:a:b c"));
    state.insert("ctx.momentum".into(), logits.clone());
    let mut back = RunningMeans::take(&mut state).unwrap();
    assert_eq!(state.keys().collect::<Vec<_>>(), ["ctx.momentum"]);
    let next = |memory: &mut RunningMeans| rows(memory.update(&ELR, &["a:b c", "cat/1.png"], &logits).unwrap());
    assert_eq!(next(&mut back), next(&mut memory));

    let mut bad = BTreeMap::from([("running_mean:x".to_owned(), logits)]);
    assert!(RunningMeans::take(&mut bad).unwrap_err().to_string().contains("image 'x'"));
}

#[test]
fn what_looks_back_needs_something_to_look_at() {
    let logits = tensor(&[[1.0, 0.0, 0.5], [-2.0, 1.0, 3.0]]);
    let labels = Tensor::new(&[0u32, 1], &Device::Cpu).unwrap();
    let message = ELR.hard(&logits, &labels, None).unwrap_err().to_string();
    assert!(message.contains("elr looks back"), "{message}");
    assert!(ELR.soft(&logits, &logits, None).is_err());
    let short = fresh(&ELR, &logits).unwrap().narrow(D::Minus1, 0, 2).unwrap();
    assert!(ELR.hard(&logits, &labels, Some(&short)).is_err());

    let mut memory = RunningMeans::default();
    assert!(memory.update(&ELR, &["a"], &logits).is_err());
    memory.update(&ELR, &["a", "b"], &logits).unwrap();
    let wider = Tensor::zeros((1, 4), DType::F32, &Device::Cpu).unwrap();
    let message = memory.update(&ELR, &["a"], &wider).unwrap_err().to_string();
    assert!(message.contains("3 classes are remembered of image 'a', not 4"), "{message}");
    // Other losses keep nothing.
    let mut none = RunningMeans::default();
    for name in &NAMES[..7] {
        assert!(none.update(&by_name(name).unwrap(), &["a", "b"], &logits).unwrap().is_none());
    }
    assert!(none.rows.is_empty());
}
