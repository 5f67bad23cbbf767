//! What the papers promise of each loss.

use super::super::*;
use super::fresh;
use candle_core::{DType, Device, Tensor, Var};

/// The mean loss and its gradient for rows of logits.
fn of(loss: Loss, logits: &[Vec<f32>], labels: &[u32]) -> (f64, Vec<Vec<f32>>) {
    let logits = Var::from_tensor(&Tensor::new(logits.to_vec(), &Device::Cpu).unwrap()).unwrap();
    let labels = Tensor::new(labels, &Device::Cpu).unwrap();
    let value = loss.hard(&logits, &labels, fresh(&loss, &logits).as_ref()).unwrap();
    let gradient = value.backward().unwrap().get(&logits).unwrap().to_vec2().unwrap();
    (value.to_scalar::<f32>().unwrap().into(), gradient)
}

fn value(loss: Loss, logits: &[f32], label: u32) -> f64 {
    of(loss, &[logits.to_vec()], &[label]).0
}

/// Logits of two classes that give the first the probability `p`.
fn with_probability(p: f64) -> Vec<f32> {
    vec![(p / (1.0 - p)).ln() as f32, 0.0]
}

/// Rows that cover a wide range, the ends of it too.
fn wide() -> Vec<Vec<f32>> {
    let mut rows = vec![vec![100.0, -100.0, 0.0], vec![-100.0, 100.0, 100.0], vec![-100.0; 3], vec![0.0; 3]];
    rows.extend((0..40).map(|i| (0..3).map(|c| ((i * 7 + c * 13) % 23) as f32 * 0.7 - 8.0).collect()));
    rows
}

#[test]
fn every_gradient_is_finite_and_points_to_the_label() {
    for name in NAMES {
        let loss = by_name(name).unwrap();
        for row in wide() {
            for label in 0..3u32 {
                let (value, gradient) = of(loss, std::slice::from_ref(&row), &[label]);
                assert!(value.is_finite(), "{name} {row:?}: {value}");
                assert!(gradient[0].iter().all(|g| g.is_finite()), "{name} {row:?}: {gradient:?}");
                // Early-learning regularisation may point to what was learnt before, and be negative.
                if name != "elr" {
                    assert!(value > -1e-5, "{name} {row:?}: {value}");
                    // The label's logit is never pushed down.
                    assert!(gradient[0][label as usize] <= 0.0, "{name} {row:?}: {gradient:?}");
                }
                // No loss changes with all logits together.
                assert!(gradient[0].iter().sum::<f32>().abs() < 1e-5, "{name} {row:?}: {gradient:?}");
            }
        }
        let (_, gradient) = of(loss, &[vec![1.0, -0.5, 0.25]], &[1]);
        assert!(gradient[0][1] < -0.05 && gradient[0][0] > 0.02, "{name}: {gradient:?}");
    }
}

#[test]
fn soft_targets_of_any_kind_are_safe() {
    let rows = wide();
    let n = rows.len();
    let sharp = |i: usize| if i.is_multiple_of(2) { vec![1.0f32, 0.0, 0.0] } else { vec![1e-30, 0.75, 0.25] };
    let targets = Tensor::new((0..n).map(sharp).collect::<Vec<_>>(), &Device::Cpu).unwrap();
    for name in NAMES {
        let logits = Var::from_tensor(&Tensor::new(rows.clone(), &Device::Cpu).unwrap()).unwrap();
        let loss = by_name(name).unwrap();
        let value = loss.soft(&logits, &targets, fresh(&loss, &logits).as_ref()).unwrap();
        let gradient = value.backward().unwrap().get(&logits).unwrap().to_vec2::<f32>().unwrap();
        assert!(value.to_scalar::<f32>().unwrap().is_finite(), "{name}");
        assert!(gradient.iter().flatten().all(|g| g.is_finite()), "{name}");
        assert!(gradient.iter().flatten().any(|g| g.abs() > 1e-4), "{name}");
    }
}

#[test]
fn mae_lies_between_0_and_2_and_is_symmetric() {
    for row in wide() {
        let each = [0, 1, 2].map(|label| value(Loss::AbsoluteError, &row, label));
        assert!(each.iter().all(|v| (-1e-6..=2.0 + 1e-6).contains(v)), "{each:?}");
        // Over the labels it sums to 2 (C - 1), whatever the prediction: why it bears symmetric noise.
        assert!((each.iter().sum::<f64>() - 4.0).abs() < 1e-5, "{each:?}");
    }
    assert!((value(Loss::AbsoluteError, &with_probability(0.3), 0) - 1.4).abs() < 1e-6);
    // Least at a soft target itself.
    let target = Tensor::new(&[[0.25f32, 0.75]], &Device::Cpu).unwrap();
    let at = |p: f64| {
        let logits = Tensor::new(vec![with_probability(p)], &Device::Cpu).unwrap();
        Loss::AbsoluteError.soft(&logits, &target, None).unwrap().to_scalar::<f32>().unwrap()
    };
    assert!(at(0.25) < 1e-6 && at(0.2) > 0.09 && at(0.3) > 0.09);
}

#[test]
fn sce_is_its_cross_entropy_and_four_times_what_is_missing() {
    for row in wide() {
        for label in 0..3 {
            let ce = value(Loss::CrossEntropy, &row, label);
            let sce = value(Loss::Symmetric { alpha: 0.1, beta: 1.0 }, &row, label);
            assert!(sce >= 0.1 * ce - 1e-6, "{row:?}: {sce} {ce}");
            let reverse = value(Loss::Symmetric { alpha: 0.0, beta: 1.0 }, &row, label);
            assert!((sce - 0.1 * ce - reverse).abs() < 1e-5 && (-1e-6..=4.0 + 1e-5).contains(&reverse));
            // Of labels, reverse cross-entropy is -A / 2 times the mean absolute error.
            assert!((reverse - 2.0 * value(Loss::AbsoluteError, &row, label)).abs() < 1e-5);
            let plain = value(Loss::Symmetric { alpha: 1.0, beta: 0.0 }, &row, label);
            assert!((plain - ce).abs() < 1e-5, "{plain} {ce}");
        }
    }
}

#[test]
fn normalised_cross_entropy_lies_between_0_and_1_and_sums_to_1() {
    let nce = Loss::ActivePassive { alpha: 1.0, beta: 0.0 };
    for row in wide() {
        let each = [0, 1, 2].map(|label| value(nce, &row, label));
        assert!(each.iter().all(|v| (0.0..=1.0).contains(v)), "{row:?}: {each:?}");
        assert!((each.iter().sum::<f64>() - 1.0).abs() < 1e-5, "{row:?}: {each:?}");
    }
    assert!((value(nce, &with_probability(0.8), 0) - 0.8f64.ln() / (0.8f64.ln() + 0.2f64.ln())).abs() < 1e-6);
    let both = value(Loss::ActivePassive { alpha: 1.0, beta: 1.0 }, &with_probability(0.8), 0);
    assert!((both - value(nce, &with_probability(0.8), 0) - 4.0 * 0.2).abs() < 1e-6, "{both}");
    // One class: nothing to tell apart, and nothing that is no number.
    let (value, gradient) = of(by_name("nce-rce").unwrap(), &[vec![3.0]], &[0]);
    assert_eq!((value, gradient), (0.0, vec![vec![0.0]]));
}

#[test]
fn phuber_is_cross_entropy_above_the_threshold_and_linear_below() {
    for tau in [2.0, 10.0] {
        let at = |p: f64| value(Loss::Huberised { tau }, &with_probability(p), 0);
        for p in [1.001 / tau, 0.6, 0.99] {
            assert!((at(p) + p.ln()).abs() < 1e-6, "{tau} {p}: {}", at(p));
        }
        for share in [0.999, 0.5, 0.1, 1e-6] {
            let p = share / tau;
            assert!((at(p) - (tau.ln() + 1.0 - tau * p)).abs() < 1e-5, "{tau} {p}: {}", at(p));
        }
        // Continuous at the threshold, and so is its slope.
        let (low, high) = ((1.0 - 1e-4) / tau, (1.0 + 1e-4) / tau);
        assert!((at(low) - at(high) - 2e-4).abs() < 1e-5, "{} {}", at(low), at(high));
        let slope = |p: f64| of(Loss::Huberised { tau }, &[with_probability(p)], &[0]).1[0][0];
        assert!((slope(low) - slope(high)).abs() < 1e-3, "{} {}", slope(low), slope(high));
        let most = value(Loss::Huberised { tau }, &[-100.0, 100.0], 0);
        assert!((most - tau.ln() - 1.0).abs() < 1e-6);
    }
}

#[test]
fn a_double_softmax_moves_between_two_bounds() {
    let most = (std::f64::consts::E + 2.0).ln();
    for row in wide() {
        for label in 0..3 {
            let found = value(Loss::DoubleSoftmax, &row, label);
            assert!((most - 1.0 - 1e-6..=most + 1e-6).contains(&found), "{row:?}: {found}");
        }
    }
    assert!((value(Loss::DoubleSoftmax, &[0.0, 100.0, 0.0], 1) - (most - 1.0)).abs() < 1e-6);
    assert!((value(Loss::DoubleSoftmax, &[0.0, 100.0, 0.0], 2) - most).abs() < 1e-6);
}

#[test]
fn half_precision_is_computed_in_f32() {
    let logits = Tensor::new(&[[100f32, -100.0, 3.0]], &Device::Cpu).unwrap();
    let labels = Tensor::new(&[1u32], &Device::Cpu).unwrap();
    for name in NAMES {
        let loss = by_name(name).unwrap();
        let of = |logits: &Tensor| -> f32 {
            loss.hard(logits, &labels, fresh(&loss, logits).as_ref()).unwrap().to_scalar().unwrap()
        };
        assert_eq!(of(&logits.to_dtype(DType::F16).unwrap()), of(&logits), "{name}");
    }
}
