//! MLPT with every selector: whom it trusts, what that costs, and that a resume comes to the same.

use crate::common::{Recorder, World, items};
use crate::method::resumes_exactly;
use mlpt_core::Result;
use mlpt_core::clip::Passes;
use mlpt_core::config::Layers;
use mlpt_core::engine::{EpochReport, StopFlag};
use mlpt_core::registries::SelectorFactory;
use mlpt_core::registry::Entry;
use mlpt_core::select::{Evidence, Needs, Selection, Selector};
use std::collections::BTreeMap;
use std::sync::Arc;

const ALL: [&str; 4] = ["mixture", "small-loss", "zero-shot", "optimal-transport"];

/// Reports of the co-training epochs 1 and 2.
fn reports(set: &[(&str, mlpt_core::config::Value)]) -> Vec<EpochReport> {
    let world = World::new("MLPT", set);
    let mut trainer = world.trainer(1).unwrap();
    (0..3).map(|epoch| world.epoch(&mut *trainer, epoch).unwrap().0).skip(1).collect()
}

fn by_class(trusted: &[bool]) -> Vec<usize> {
    let mut counts = BTreeMap::from([(0, 0), (1, 0), (2, 0)]);
    items().iter().zip(trusted).filter(|(_, t)| **t).for_each(|(item, _)| *counts.entry(item.label).or_default() += 1);
    counts.into_values().collect()
}

#[test]
fn each_has_a_view_of_its_own() {
    let mut seen = Vec::new();
    for name in ALL {
        let reports = reports(&[("SELECTOR.NAME", name.into())]);
        for report in &reports {
            assert_eq!((report.clean.len(), report.trusted.len()), (2, 2), "{name}");
            for ((learner, clean), (of, trusted)) in report.clean.iter().zip(&report.trusted) {
                assert_eq!((learner, clean.len(), trusted.len()), (of, 18, 18), "{name}");
                assert!(trusted.contains(&true) && trusted.contains(&false), "{name}: {trusted:?}");
            }
        }
        seen.push(reports[0].trusted[0].1.clone());
        seen.push(reports[0].clean[0].1.iter().map(|p| *p > 0.5).collect());
        match name {
            // To the mixture, trust is the score above the threshold.
            "mixture" => assert_eq!(seen[0], seen[1]),
            "small-loss" => assert!(reports.iter().flat_map(|r| &r.trusted).all(|(_, t)| by_class(t) == [3, 3, 3])),
            "zero-shot" => {
                let first = &reports[0].clean[0].1;
                assert!(reports.iter().flat_map(|r| &r.clean).all(|(_, clean)| clean == first), "the same for all");
            }
            _ => assert_ne!(reports[0].clean[0].1, reports[0].clean[1].1),
        }
    }
    for (i, a) in [0, 2, 4, 6].into_iter().enumerate() {
        assert!([0, 2, 4, 6][..i].iter().all(|&b| seen[a] != seen[b]), "{:?}", &seen[a]);
    }
}

#[test]
fn keys_of_the_chosen_one_count() {
    let of = |keep: f64, by_class: bool| {
        let set = [
            ("SELECTOR.NAME", "co-teaching".into()),
            ("SELECTOR.KEEP", keep.into()),
            ("SELECTOR.BY_CLASS", by_class.into()),
        ];
        reports(&set)[0].trusted[0].1.clone()
    };
    assert_eq!(by_class(&of(1.0 / 3.0, true)), [2, 2, 2]);
    assert_eq!(of(0.3, false).iter().filter(|t| **t).count(), 5);
    let with = |key: &'static str, value: mlpt_core::config::Value| {
        reports(&[("SELECTOR.NAME", "ot".into()), (key, value)])[0].clean[0].1.clone()
    };
    let plain = reports(&[("SELECTOR.NAME", "ot".into())])[0].clean[0].1.clone();
    assert_ne!(with("SELECTOR.OT_EPSILON", 0.1.into()), plain);
    // Six labels of each class: their share is the same as all classes'.
    assert_eq!(with("SELECTOR.OT_MARGINAL", "uniform".into()), plain);
    assert_eq!(with("SELECTOR.KEEP", 0.1.into()), plain);

    let message =
        |set: &[(&str, mlpt_core::config::Value)]| World::new("MLPT", set).trainer(1).err().unwrap().to_string();
    assert!(message(&[("SELECTOR.NAME", "small-los".into())]).contains("did you mean: small-loss"));
    assert!(
        message(&[("SELECTOR.NAME", "ot".into()), ("SELECTOR.OT_TOL", 0.0.into())]).contains("SELECTOR.OT_TOL is 0")
    );
}

#[test]
fn a_selector_that_nobody_asks_is_told_once() {
    let registries = World::new("MLPT", &[]).registries;
    let notices = |words: &[&str]| Layers::new(&registries).overrides(words).resolve().unwrap().notices().to_vec();
    let told = notices(&["TRAINER.NAME=CoOp", "SELECTOR.NAME=sinkhorn"]);
    assert_eq!(told, ["SELECTOR.NAME \"optimal-transport\" (command line) has no effect: CoOp divides no pool"]);
    assert!(notices(&["TRAINER.NAME=MLPT", "SELECTOR.NAME=sinkhorn"]).is_empty());
    assert!(notices(&["TRAINER.NAME=CoOp", "SELECTOR.NAME=mixture"]).is_empty(), "as every config.toml says");
    assert!(notices(&["TRAINER.NAME=CoOp"]).is_empty());
}

#[test]
fn a_resume_comes_to_the_same() {
    for name in &ALL[1..] {
        resumes_exactly(&World::new("MLPT", &[("SELECTOR.NAME", (*name).into())]));
    }
}

/// Passes of the making, and from the beginning of each co-training epoch to the end of its first step.
fn passes(mechanism: &str, selector: &str) -> (Passes, [Passes; 2]) {
    let set = [("SELECTOR.NAME", selector.into()), ("TRAINER.MLPT.MECHANISM", mechanism.into())];
    let world = World::new("MLPT", &set);
    let begin = world.clip.passes();
    let mut trainer = world.trainer(1).unwrap();
    let built = difference(world.clip.passes(), begin);
    world.epoch(&mut *trainer, 0).unwrap();
    let first = [1, 2].map(|epoch| {
        let recorder = Recorder::counting(&world.clip);
        let before = world.clip.passes();
        world.epoch_with(&mut *trainer, epoch, recorder.clone(), &StopFlag::default()).unwrap();
        difference(recorder.told().passes[0], before)
    });
    (built, first)
}

fn difference(now: Passes, before: Passes) -> Passes {
    Passes { image: now.image - before.image, text: now.text - before.text, ..Passes::default() }
}

#[test]
fn the_zero_shot_selector_costs_one_text_pass_and_at_most_one_encoding_of_the_pool() {
    for (mechanism, again) in [("CoOp", 0), ("VPT", 4)] {
        let (built, first) = passes(mechanism, "mixture");
        for name in &ALL[1..] {
            let (own, of) = passes(mechanism, name);
            let zero_shot = *name == "zero-shot";
            assert_eq!((own.image, own.text), (built.image, built.text + u64::from(zero_shot)), "{mechanism} {name}");
            // Four batches of five or less of 18 images, which frozen learners have encoded anyway.
            let pool = if zero_shot { again } else { 0 };
            assert_eq!((of[0].image, of[0].text), (first[0].image + pool, first[0].text), "{mechanism} {name}");
            assert_eq!((of[1].image, of[1].text), (first[1].image, first[1].text), "{mechanism} {name}");
        }
    }
}

/// Trusts what its own draw says, with half a weight.
struct Coin;

impl Selector for Coin {
    fn needs(&self) -> Needs {
        Needs { probabilities: true, zero_shot: true }
    }

    fn select(&self, evidence: &Evidence<'_>) -> Result<Selection> {
        use rand::Rng;
        assert_eq!((evidence.probabilities()?.len(), evidence.zero_shot()?.classes()), (18, 3));
        // Cross-entropy is what the probabilities say of the given label.
        for ((row, &label), loss) in evidence.probabilities()?.rows().zip(evidence.given).zip(evidence.losses) {
            assert!((-row[label].ln() - loss).abs() < 1e-9);
        }
        let mut rng = evidence.rng.rng();
        let trusted: Vec<bool> = evidence.given.iter().map(|_| rng.random_bool(0.5)).collect();
        let (clean, weights) = (vec![0.25; 18], vec![0.5; 18]);
        Ok(Selection { clean, weights, trusted, degenerate: Some("a coin".into()), mixture: None })
    }
}

#[test]
fn a_strangers_selector_divides_too() {
    let register = |all: &mut mlpt_core::Registries| {
        let factory: SelectorFactory = Arc::new(|_| Ok(Box::new(Coin)));
        all.selectors.register(Entry::new("coin", "", "", factory).aliases(&["toss"])).unwrap();
    };
    let world = World::built("MLPT", &[("SELECTOR.NAME", "toss".into())], items(), register);
    let mut trainer = world.trainer(1).unwrap();
    world.epoch(&mut *trainer, 0).unwrap();
    let (report, told) = world.epoch(&mut *trainer, 1).unwrap();
    assert_eq!(told.warnings.iter().filter(|w| w.contains("a coin")).count(), 2, "{:?}", told.warnings);
    assert_ne!(report.trusted[0].1, report.trusted[1].1, "each learner has draws of its own");
    let (later, _) = world.epoch(&mut *trainer, 2).unwrap();
    assert_ne!(report.trusted[0].1, later.trusted[0].1, "and each epoch");
    assert!(report.trusted.iter().all(|(_, t)| t.contains(&true) && t.contains(&false)));
}
