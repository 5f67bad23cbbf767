//! What a dashboard draws, as text, and `mlpt watch`. After a wanted change run with `INSTA_UPDATE=always` and look at
//! the difference of `tests/tests/snapshots`.
#![allow(clippy::unwrap_used)]

mod common;

use common::{SHORT, mlpt, workspace};
use mlpt_cli::dashboard::{Model, Status, text};
use mlpt_core::event::{Event, Histogram, Step};
use mlpt_core::mixture::GaussianMixture;
use std::fs;

const LEARNERS: [&str; 2] = ["prompt_learner1", "prompt_learner2"];

/// `finished` of ten epochs, and a bit of the next one.
fn model(finished: usize) -> Model {
    let mut model = Model::new("MLPT on Pictograms", 1);
    model.take(&Event::Note { text: "Trainer: MLPT, seed 1".to_owned() });
    model.take(&Event::Start { epoch: 1, max_epoch: 10, learners: LEARNERS.map(str::to_owned).to_vec() });
    for epoch in 1..=finished {
        LEARNERS.iter().for_each(|learner| (1..=4).for_each(|batch| model.take(&step(learner, epoch, batch))));
        for (n, learner) in LEARNERS.iter().enumerate() {
            let value = 0.5 + 0.04 * (epoch + n) as f64;
            model.take(&Event::Scalar { name: format!("detection/{learner}/auroc"), epoch, value });
            model.take(&histogram(learner, epoch));
        }
        model.take(&Event::EpochEnd { epoch, max_epoch: 10, time_s: 60.0 });
    }
    model.take(&step(LEARNERS[0], finished + 1, 1));
    model
}

fn step(learner: &str, epoch: usize, batch: usize) -> Event {
    let time = epoch as f64 + batch as f64 / 4.0;
    let loss = if learner == LEARNERS[0] { 3.0 / time } else { 2.5 - 0.1 * time };
    Event::Step(Step {
        phase: "Warmup".to_owned(),
        learner: learner.to_owned(),
        epoch,
        max_epoch: 10,
        batch,
        num_batches: 4,
        time_s: 7.5,
        data_s: 0.5,
        losses: vec![("loss".to_owned(), loss)],
        acc: Some(25.0),
        lr: 0.002,
        grad_norm: 1.0,
    })
}

/// Two heaps of losses, the upper one wrong.
fn histogram(learner: &str, epoch: usize) -> Event {
    let counts: Vec<u64> = (0..32).map(|n: u64| 40 / (1 + n.abs_diff(5)) + 20 / (1 + n.abs_diff(22))).collect();
    let wrong = (0..32).map(|n: u64| 18 / (1 + n.abs_diff(22))).collect();
    Event::Histogram(Histogram {
        name: format!("pool-loss/{learner}"),
        epoch,
        low: 0.02,
        high: 5.25,
        counts,
        wrong: Some(wrong),
        mixture: Some(GaussianMixture { means: [0.17, 0.7], variances: [0.008, 0.01], weights: [0.6, 0.4] }),
    })
}

fn same(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn pictures() {
    same("whole", &text(&model(6), 120, 40).unwrap());
    same("small", &text(&model(6), 45, 12).unwrap());
    // The first epoch: nothing but losses.
    same("first_epoch", &text(&model(0), 80, 24).unwrap());
    same("nothing_yet", &text(&Model::new("CoOp on Folder", 10), 80, 24).unwrap());
}

#[test]
fn it_says_how_the_run_stands() {
    let mut model = model(10);
    for (status, wanted) in [
        (Status::Running, "q stops it"),
        (Status::Elsewhere, "q ends this view"),
        (Status::Stopping, "stopping after this step"),
        (Status::Finished, "finished"),
        (Status::Stopped, "no process is at work on it"),
    ] {
        model.status = status;
        let drawn = text(&model, 100, 30).unwrap();
        assert!(drawn.lines().next().unwrap().contains(wanted), "{drawn}");
    }
}

#[test]
fn any_size_can_be_drawn() {
    for model in [model(6), model(0), Model::new("", 1)] {
        for (width, height) in [(1, 1), (2, 3), (10, 5), (49, 17), (50, 18), (51, 40), (300, 19), (60, 200)] {
            assert_eq!(text(&model, width, height).unwrap().lines().count(), usize::from(height));
        }
    }
}

#[test]
fn odd_figures_can_be_drawn() {
    let mut model = model(2);
    let mut odd = |low, high, counts: Vec<u64>, wrong, mixture| {
        let name = "pool-loss/prompt_learner1".to_owned();
        model.take(&Event::Histogram(Histogram { name, epoch: 3, low, high, counts, wrong, mixture }));
        text(&model, 100, 30).unwrap()
    };
    let point = GaussianMixture { means: [0.0, f64::NAN], variances: [0.0, 1.0], weights: [1.0, 0.0] };
    odd(0.0, 0.0, vec![0; 32], None, None);
    odd(f64::NAN, f64::NAN, vec![], None, Some(point));
    odd(1.0, 2.0, vec![u64::MAX / 64; 32], Some(vec![1]), Some(point));
    assert!(odd(1.0, 2.0, vec![3], None, None).contains("epoch 3: 3"));
}

#[test]
fn a_run_is_watched_and_without_a_terminal_there_are_lines() {
    let dir = tempfile::tempdir().unwrap();
    let train = ["train", "--dashboard", "--output-dir", "run", "--trainer", "MLPT", "--dataset", "Pictograms"];
    let ran = mlpt(dir.path(), &[&train[..], &SHORT, &["TEST.SPLIT=val"]].concat()).ok();
    assert_eq!(ran.stderr.matches("--dashboard shows nothing: standard output is no terminal").count(), 1);
    assert!(ran.stdout.contains("epoch [1/3]"), "{}", ran.stdout);
    let shown = mlpt(dir.path(), &["watch", "run", "--once"]).ok();
    let lines: Vec<&str> = shown.stdout.lines().collect();
    assert!(lines[0].starts_with("run  finished") && lines.len() <= 40, "{}", shown.stdout);
    assert!(lines[1].contains("epoch 3/3  100 %"), "{}", lines[1]);
    for wanted in ["loss  learner1 ", "  learner2 ", "  AUROC 2 ", "pool-loss learner1 epoch 3: ", "Elapsed: "] {
        assert!(shown.stdout.contains(wanted), "{wanted}: {}", shown.stdout);
    }
    let told = mlpt(dir.path(), &["watch", "run", "--json"]).ok().stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (told["status"].as_str(), told["epochs"].as_u64(), told["left_s"].as_f64()),
        (Some("finished"), Some(3), Some(0.0))
    );
    assert!(
        told["losses"]["prompt_learner2"].is_f64() && told["figures"]["detection/prompt_learner1/auroc"].is_f64(),
        "{told}"
    );
    // Stopped half-way, as a killed run lies there.
    fs::remove_file(dir.path().join("run/result.json")).unwrap();
    let shown = mlpt(dir.path(), &["watch", "run", "--once"]).ok();
    assert!(shown.stdout.starts_with("run  no process is at work on it"), "{}", shown.stdout);
}

#[test]
fn what_cannot_be_watched_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let said = |args: &[&str]| {
        let ran = mlpt(dir.path(), args);
        assert_eq!(ran.code, Some(1), "{}", ran.stdout);
        ran.stderr
    };
    assert!(said(&["watch", "absent", "--once"]).contains("there is no run directory absent"));
    assert!(said(&["watch", ".", "--once"]).contains("holds no run"));
    fs::copy(workspace().join("tests/golden/event_files/metrics.jsonl"), dir.path().join("metrics.jsonl")).unwrap();
    assert!(said(&["watch", "."]).contains("`mlpt watch . --once` prints one picture"));
    mlpt(dir.path(), &["watch", ".", "--once"]).ok();
    fs::write(dir.path().join("metrics.jsonl"), "{}\n").unwrap();
    assert!(said(&["watch", ".", "--once"]).contains("metrics.jsonl: line 1 is no event"));
    let ran = mlpt(dir.path(), &["train", "--dashboard", "--json"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}
