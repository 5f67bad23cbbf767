#![allow(clippy::unwrap_used)]

use super::*;
use crate::Registries;
use crate::config::{Config, Layers};
use crate::mixture::{self, MixtureConfig};
use crate::registries::SelectorFactory;
use crate::registry::Entry;
use crate::rng::RngTree;
use crate::{Error, Result};
use serde_json::Value;
use std::sync::Arc;

fn golden() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/selection.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Numbers, lists of lists one after the other; true is one.
fn floats(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(list) => list.iter().flat_map(floats).collect(),
        Value::Bool(b) => vec![f64::from(u8::from(*b))],
        other => vec![other.as_f64().unwrap()],
    }
}

fn bools(v: &Value) -> Vec<bool> {
    floats(v).iter().map(|&x| x == 1.0).collect()
}

/// A pool that owns its parts.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub(super) losses: Vec<f64>,
    pub(super) given: Vec<usize>,
    pub(super) rows: Probabilities,
}

impl Pool {
    fn of(case: &Value) -> Self {
        let classes = case["classes"].as_u64().unwrap() as usize;
        Self {
            losses: floats(&case["losses"]),
            given: floats(&case["given"]).iter().map(|&x| x as usize).collect(),
            rows: Probabilities::new(floats(&case["probabilities"]), classes).unwrap(),
        }
    }

    pub(super) fn evidence(&self) -> Evidence<'_> {
        Evidence {
            losses: &self.losses,
            given: &self.given,
            classes: self.rows.classes(),
            probabilities: Some(&self.rows),
            zero_shot: Some(&self.rows),
            threshold: 0.5,
            rng: RngTree::new(1),
        }
    }
}

/// Holds a selection against the script's: the same trust, the score within 1e-9, hard weights.
fn agrees(ours: &Selection, theirs: &Value, what: &str) {
    ours.check(ours.clean.len()).unwrap();
    assert_eq!(ours.trusted, bools(&theirs["trusted"]), "{what}");
    close(&ours.clean, &floats(&theirs["clean"]), what);
    assert_eq!(ours.weights, floats(&theirs["trusted"]), "{what}");
}

fn close(ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-9), "{what}: {ours:?} != {theirs:?}");
}

#[test]
fn small_losses_are_numpys() {
    for case in golden() {
        for theirs in case["small_loss"].as_array().unwrap() {
            let config = SmallLossConfig {
                keep: theirs["keep"].as_f64().unwrap(),
                by_class: theirs["by_class"].as_bool().unwrap(),
            };
            let ours = SmallLoss::new(&config).unwrap().select(&Pool::of(&case).evidence()).unwrap();
            agrees(&ours, theirs, &format!("{} {config:?}", case["case"]));
        }
    }
}

#[test]
fn zero_shot_agreement_is_numpys() {
    for case in golden() {
        let ours = ZeroShotAgreement.select(&Pool::of(&case).evidence()).unwrap();
        agrees(&ours, &case["zero_shot"], &case["case"].to_string());
        assert_eq!(ours.degenerate, None);
    }
}

#[test]
fn transport_plans_are_pots() {
    for case in golden() {
        for theirs in case["transport"].as_array().unwrap() {
            let config = TransportConfig {
                marginal: theirs["marginal"].as_str().unwrap().to_owned(),
                epsilon: theirs["epsilon"].as_f64().unwrap(),
                iters: 50_000,
                tol: 1e-13,
            };
            let (transport, pool) = (OptimalTransport::new(&config).unwrap(), Pool::of(&case));
            let what = format!("{} {config:?}", case["case"]);
            let plan = transport.plan(&pool.evidence()).unwrap();
            assert!(plan.converged, "{what}");
            close(&plan.entries, &floats(&theirs["plan"]), &what);
            agrees(&transport.select(&pool.evidence()).unwrap(), theirs, &what);
        }
    }
}

#[test]
fn what_cannot_be_told_apart_is_said() {
    let transport = OptimalTransport::new(&TransportConfig::default()).unwrap();
    let small = SmallLoss::new(&SmallLossConfig::default()).unwrap();
    let mut told = Vec::new();
    for case in golden() {
        let pool = Pool::of(&case);
        for selector in [&small as &dyn Selector, &transport] {
            let why = selector.select(&pool.evidence()).unwrap().degenerate;
            told.extend(why.map(|why| format!("{}: {why}", case["case"].as_str().unwrap())));
        }
    }
    let starts = [
        "one class: all 6 losses are the same",
        "one class: all 6 images have the same probabilities",
        "one item: there is only one loss",
        "one item: there is only one image",
        "one item of one class: there is only one loss",
        "one item of one class: there is only one image",
        "equal losses: all 9 losses are the same",
        "equal losses: all 9 images have the same probabilities",
    ];
    assert_eq!(told.len(), starts.len(), "{told:?}");
    assert!(told.iter().zip(starts).all(|(told, start)| told.starts_with(start)), "{told:?}");

    let nobody = Pool { losses: vec![], given: vec![], rows: Probabilities::empty(3) };
    for selector in [&small as &dyn Selector, &transport, &ZeroShotAgreement, &Mixture::default()] {
        let selection = selector.select(&nobody.evidence()).unwrap();
        selection.check(0).unwrap();
        assert!(selection.degenerate.unwrap().contains("there are no"));
    }
}

#[test]
fn the_mixture_is_the_mixture_cut_at_the_threshold() {
    let pool = Pool::of(&golden()[0]);
    let fit = mixture::fit(&pool.losses, &MixtureConfig::default(), &RngTree::new(1)).unwrap();
    for threshold in [0.5, 0.9] {
        let ours = Mixture::default().select(&Evidence { threshold, ..pool.evidence() }).unwrap();
        assert_eq!((&ours.clean, &ours.weights), (&fit.clean_probability, &fit.clean_probability));
        let wanted: Vec<bool> = fit.clean_probability.iter().map(|&p| p > threshold).collect();
        assert!(wanted.contains(&true) && wanted.contains(&false));
        assert_eq!(ours.trusted, wanted);
    }
}

#[test]
fn a_probability_of_zero_costs_much_and_not_infinity() {
    let rows = Probabilities::new(vec![1.0, 0.0, 1.0, 0.0, 0.0, 1.0], 2).unwrap();
    let pool = Pool { losses: vec![0.0, 9.0, 0.0], given: vec![0, 1, 1], rows };
    // With as much entropy as in the last, masses are spread over everything.
    for (epsilon, iters, sure) in [(1.0, 200, true), (1e-3, 5, true), (1e3, 200, false)] {
        let config = TransportConfig { epsilon, iters, ..TransportConfig::default() };
        let selection = OptimalTransport::new(&config).unwrap().select(&pool.evidence()).unwrap();
        selection.check(3).unwrap();
        assert!(selection.trusted[2] && selection.trusted[0] == sure, "{epsilon}: {selection:?}");
    }
    assert!(sinkhorn(&[0.0; 4], &[0.5, 0.5], &[0.5, 0.1], 1.0, Stop { iterations: 1, tolerance: 1.0 }).is_err());
    assert!(sinkhorn(&[0.0; 3], &[0.5, 0.5], &[0.5, 0.5], 1.0, Stop { iterations: 1, tolerance: 1.0 }).is_err());
}

fn resolve(words: &[&str]) -> Result<Config> {
    let all = Registries::new().unwrap();
    Layers::new(&all).overrides(words).resolve()
}

#[test]
fn names_aliases_and_keys() {
    let all = Registries::new().unwrap();
    for (given, name) in [
        ("gmm", "mixture"),
        ("Co-Teaching", "small-loss"),
        ("zero-shot-agreement", "zero-shot"),
        ("ot", "optimal-transport"),
        ("sinkhorn", "optimal-transport"),
    ] {
        let config = resolve(&[&format!("SELECTOR.NAME={given}")]).unwrap();
        assert_eq!(config.get::<String>("SELECTOR.NAME").unwrap(), name);
        assert_eq!(Chosen::read(&config, &all).unwrap().name(), name);
    }
    let faults = |words: &[&str]| match resolve(words) {
        Err(Error::Config(lines)) => lines,
        other => panic!("{other:?}"),
    };
    let bad = ["SELECTOR.NAME=ot", "SELECTOR.OT_MARGINAL=even", "SELECTOR.OT_EPSILON=0", "SELECTOR.OT_ITERS=0"];
    let told = faults(&[&bad[..], &["SELECTOR.OT_TOL=-1", "SELECTOR.KEEP=7"]].concat());
    assert_eq!(told.len(), 4, "those of the chosen one, all at once: {told:?}");
    assert!(
        told.iter().zip(["MARGINAL is 'even'", "EPSILON is 0", "ITERS is 0", "TOL is -1"]).all(|(t, w)| t.contains(w))
    );
    for keep in ["0", "1.01", "-0.5"] {
        let told = faults(&["SELECTOR.NAME=small-loss", &format!("SELECTOR.KEEP={keep}")]);
        assert!(told.len() == 1 && told[0].starts_with("SELECTOR.KEEP is"), "{told:?}");
    }
    let told = faults(&["TRAINER.MLPT.MIXTURE.REG_COVAR=0", "TRAINER.MLPT.MIXTURE.TOL=-1"]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(resolve(&["SELECTOR.NAME=zero-shot", "TRAINER.MLPT.MIXTURE.REG_COVAR=0", "SELECTOR.KEEP=0"]).is_ok());
}

/// A selector of a stranger that breaks the promise it is told to.
struct Liar(&'static str);

impl Selector for Liar {
    fn select(&self, evidence: &Evidence<'_>) -> Result<Selection> {
        let count = evidence.given.len();
        let mut selection = Selection::hard(vec![0.5; count], vec![true; count]);
        match self.0 {
            "short" => selection.trusted.truncate(1),
            "nan" => selection.clean[1] = f64::NAN,
            "heavy" => selection.weights[2] = 1.5,
            "unasked" => return evidence.zero_shot().map(|_| selection),
            _ => {}
        }
        Ok(selection)
    }
}

#[test]
fn a_strangers_selector_is_held_to_its_promises() {
    let pool = Pool::of(&golden()[0]);
    let chosen = |what: &'static str| {
        let mut all = Registries::new().unwrap();
        let factory: SelectorFactory = Arc::new(move |_| Ok(Box::new(Liar(what))));
        all.selectors.register(Entry::new("liar", "", "", factory)).unwrap();
        let config = Layers::new(&all).overrides(&["SELECTOR.NAME=Liar"]).resolve().unwrap();
        Chosen::read(&config, &all).unwrap()
    };
    let evidence = Evidence { zero_shot: None, ..pool.evidence() };
    assert!(chosen("nothing").select(&evidence).unwrap().trusted.iter().all(|t| *t));
    for (what, wanted) in [
        ("short", "'liar': it gave 1 decisions for a pool of 37 items"),
        ("nan", "the score of pool item 1 is NaN"),
        ("heavy", "the weight of pool item 2 is 1.5"),
        ("unasked", "`Selector::needs` has to ask"),
    ] {
        let message = chosen(what).select(&evidence).unwrap_err().to_string();
        assert!(message.contains(wanted), "{message}");
    }
    let three = Probabilities::new(vec![1.0; 3], 3).unwrap();
    let bad = Probabilities::new([vec![0.2; 184], vec![f64::NAN]].concat(), 5).unwrap();
    let mut losses = pool.losses.clone();
    losses[4] = f64::INFINITY;
    for (evidence, wanted) in [
        (Evidence { losses: &[0.0], ..pool.evidence() }, "1 losses but 37 labels"),
        (Evidence { losses: &losses, ..pool.evidence() }, "the loss of pool item 4 is inf"),
        (Evidence { classes: 4, ..pool.evidence() }, "but there are 4 classes"),
        (Evidence { probabilities: Some(&three), ..pool.evidence() }, "are [1, 3], not [37, 5]"),
        (Evidence { zero_shot: Some(&bad), ..pool.evidence() }, "zero-shot probabilities of pool item 36"),
    ] {
        let message = chosen("nothing").select(&evidence).unwrap_err().to_string();
        assert!(message.contains(wanted), "{message}");
    }
    assert!(Probabilities::new(vec![0.5; 3], 2).is_err() && Probabilities::new(vec![], 0).is_err());
}
