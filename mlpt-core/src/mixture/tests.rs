#![allow(clippy::unwrap_used)]

use super::*;
use crate::rng::RngTree;
use serde_json::Value;

fn golden() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/mixture.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn config_of(expected: &Value) -> MixtureConfig {
    MixtureConfig {
        tol: expected["tol"].as_f64().unwrap(),
        max_iter: expected["max_iter"].as_u64().unwrap() as usize,
        ..MixtureConfig::default()
    }
}

/// What differs by more than `within`, if anything does.
fn difference(fit: &MixtureFit, expected: &Value, within: f64) -> Option<String> {
    let ours = [("means", &fit.means[..]), ("variances", &fit.variances), ("weights", &fit.weights)];
    for (name, ours) in ours.into_iter().chain([("clean", &fit.clean_probability[..])]) {
        let theirs = floats(&expected[name]);
        if ours.len() != theirs.len() || ours.iter().zip(&theirs).any(|(a, b)| (a - b).abs() > within) {
            return Some(format!("{name}: {ours:?} != {theirs:?}"));
        }
    }
    let counts = (fit.converged, fit.iterations as u64);
    let theirs = (expected["converged"].as_bool().unwrap(), expected["iterations"].as_u64().unwrap());
    (counts != theirs).then(|| format!("{counts:?} != {theirs:?}"))
}

#[test]
fn from_the_same_assignment_the_fit_is_scikit_learns() {
    let mut stopped_early = 0;
    for case in golden() {
        let losses = floats(&case["losses"]);
        for expected in case["fits"].as_array().unwrap() {
            let second: Vec<bool> = floats(&expected["assignment"]).iter().map(|&x| x == 1.0).collect();
            let fit = fit_from(&losses, &second, &config_of(expected)).unwrap();
            assert_eq!(difference(&fit, expected, 1e-9), None, "{}", case["case"]);
            stopped_early += usize::from(!fit.converged);
        }
    }
    assert!(stopped_early > 0, "the recipe has cases that do not converge");
}

/// k-means may end in more than one way; every end of ours is one of scikit-learn's.
#[test]
fn end_to_end_the_fit_is_one_of_scikit_learns() {
    for case in golden() {
        let losses = floats(&case["losses"]);
        let expected = case["fits"].as_array().unwrap();
        for seed in 0..5 {
            let fit = fit(&losses, &config_of(&expected[0]), &RngTree::new(seed)).unwrap();
            let same_config = expected.iter().filter(|e| e["tol"] == expected[0]["tol"]);
            let misses: Vec<_> = same_config.map(|e| difference(&fit, e, 1e-6)).collect();
            assert!(misses.contains(&None), "{} seed {seed}: {:?}", case["case"], fit.means);
        }
    }
}

#[test]
fn scale_and_place_of_the_losses_do_not_matter() {
    let losses: Vec<f64> =
        (0..40).map(|i| if i % 4 == 0 { 3.0 + 0.01 * f64::from(i) } else { 0.02 * f64::from(i) }).collect();
    let moved: Vec<f64> = losses.iter().map(|x| 1e-3 * x + 7.0).collect();
    let config = MixtureConfig::default();
    let (a, b) = (fit(&losses, &config, &RngTree::new(1)).unwrap(), fit(&moved, &config, &RngTree::new(1)).unwrap());
    for (i, (a, b)) in a.clean_probability.iter().zip(&b.clean_probability).enumerate() {
        assert!((a - b).abs() < 1e-6);
        assert_eq!(*a > 0.5, i % 4 != 0, "item {i} has {a}");
    }
}

#[test]
fn with_nothing_to_tell_apart_every_label_counts_as_clean() {
    for (losses, why) in [(vec![], "no losses"), (vec![0.3], "only one"), (vec![0.3; 5], "all 5 losses are the same")] {
        let fit = fit(&losses, &MixtureConfig::default(), &RngTree::new(1)).unwrap();
        assert_eq!(fit.clean_probability, vec![1.0; losses.len()]);
        assert!(fit.degenerate.unwrap().contains(why));
    }
}

#[test]
fn a_loss_that_is_not_finite_is_named() {
    let message = fit(&[0.1, f64::NAN, 0.2], &MixtureConfig::default(), &RngTree::new(1)).unwrap_err().to_string();
    assert!(message.contains("pool item 1"), "{message}");
}
