//! A small run: its files, its resume, its errors.
#![allow(clippy::unwrap_used)]

mod support;

use mlpt_core::Error;
use mlpt_core::engine::{self, Checkpoints, RunOptions};
use mlpt_core::event::Event;
use serde_json::Value;
use std::path::Path;
use support::{config, registries, spied};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).unwrap()
}

fn files(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        match entry.path().is_dir() {
            true => names.extend(files(&entry.path()).into_iter().map(|f| format!("{name}/{f}"))),
            false => names.push(name),
        }
    }
    names.sort();
    names
}

#[test]
fn a_run_leaves_everything_behind() {
    let dir = tempfile::tempdir().unwrap();
    let all = registries();
    let settings =
        config(&all, dir.path(), &["TRAIN.CHECKPOINT_FREQ=2", "TEST.FINAL_MODEL=best_val", "TRAIN.PRINT_FREQ=1"]);
    let result = engine::run(&settings, &all, RunOptions::default()).unwrap();
    assert_eq!(
        files(dir.path()),
        [
            "attempts.jsonl",
            "clean.csv",
            "config.toml",
            "draw.json",
            "images.csv",
            "log.txt",
            "metrics.jsonl",
            "noise.csv",
            "predictions.csv",
            "probe/model-best.safetensors",
            "probe/model.safetensors-2",
            "probe/model.safetensors-3",
            "result.json",
            "run.json",
            "state.safetensors",
            "tensorboard/events.out.tfevents.mlpt"
        ]
    );
    let written = json(&dir.path().join("result.json"));
    assert_eq!(serde_json::to_string_pretty(&result).unwrap() + "\n", read(&dir.path().join("result.json")));
    for field in ["dataset", "trainer", "mechanisms", "backbone", "seed", "shots", "noise", "split", "total", "correct"]
    {
        assert!(!written[field].is_null(), "{field}");
    }
    assert_eq!(written["noise"]["wrong"], 3);
    assert!(written["detection"]["auroc"].is_f64() && written["detection"]["learners"]["probe"]["recall"].is_f64());
    assert!(written["zero_shot"]["accuracy"].is_f64());

    let images = read(&dir.path().join("images.csv"));
    assert_eq!(images.lines().next(), Some("split,image,sha256"));
    assert_eq!(images.lines().filter(|l| l.starts_with("test,")).count(), 18);
    assert_eq!(mlpt_core::pretrain::Excluded::default().add_run(dir.path()).unwrap(), 12 + 12 + 18);

    let clean = read(&dir.path().join("clean.csv"));
    assert_eq!(clean.lines().next(), Some("index,image,given,true,clean_probe"));
    assert_eq!(clean.lines().count(), 1 + 12);

    // As parse_test_res.py reads it: the last accuracy after the end signal.
    let log = read(&dir.path().join("log.txt"));
    let after = log.split("Finish training\n").nth(1).unwrap();
    let accuracy = after.split("* accuracy: ").nth(1).unwrap().split('%').next().unwrap();
    assert!((accuracy.parse::<f64>().unwrap() - result.scores.unwrap().accuracy).abs() <= 0.05);
    assert!(log.contains("epoch [1/3] batch [1/2] time 0.000 (0.000) data 0.000 (0.000) loss "), "{log}");
    assert!(log.contains("lr 5.0000e-02 eta 0:00:00\n") && log.contains("Elapsed: 0:00:"), "{log}");

    for line in read(&dir.path().join("metrics.jsonl")).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["v"], 1);
        assert!(line["event"].is_string());
    }
    let scalars = read(&dir.path().join("metrics.jsonl"));
    for name in ["train/loss", "lr/probe", "val/accuracy", "detection/probe/precision", "passes/"] {
        assert!(scalars.contains(&format!("\"name\":\"{name}")), "{name}");
    }
}

/// All that must be the same: checkpoints bit by bit, results but for the time, and the figures of
/// every epoch. The end-to-end tests compare every byte of every file.
fn essence(dir: &Path) -> (Vec<u8>, Value, Vec<String>) {
    let mut result = json(&dir.join("result.json"));
    for spent in ["elapsed_s", "output_dir"] {
        result.as_object_mut().unwrap().remove(spent);
    }
    let scalars = read(&dir.join("metrics.jsonl"))
        .lines()
        .filter(|l| l.contains("\"scalar\"") || l.contains("\"step\"") || l.contains("\"start\""))
        .map(str::to_owned)
        .collect();
    (std::fs::read(dir.join("probe/model.safetensors-3")).unwrap(), result, scalars)
}

#[test]
fn a_resumed_run_equals_one_that_was_not_stopped() {
    let all = registries();
    let whole = tempfile::tempdir().unwrap();
    engine::run(&config(&all, whole.path(), &[]), &all, RunOptions::default()).unwrap();

    let halted = tempfile::tempdir().unwrap();
    let settings = config(&all, halted.path(), &[]);
    // At the end of an epoch, then in the middle of one: that epoch is thrown away.
    let at_the_end: fn(&Event) -> bool = |e| matches!(e, Event::EpochEnd { epoch: 1, .. });
    for when in [at_the_end, |e| matches!(e, Event::Step(s) if s.epoch == 2 && s.batch == 1)] {
        let error = engine::run(&settings, &all, spied(when).0).unwrap_err();
        assert!(matches!(error, Error::Interrupted { epoch: 1 }), "{error}");
        assert!(!halted.path().join("result.json").exists());
    }
    // A seed that is not given is that of the run that lies there.
    let unseeded = config(&all, halted.path(), &["SEED=-1"]);
    let (options, events) = spied(|_| false);
    engine::run(&unseeded, &all, options).unwrap();
    let notes = format!("{:?}", events.lock().unwrap());
    assert!(notes.contains("Going on after epoch 1"), "{notes}");
    assert_eq!(essence(whole.path()), essence(halted.path()));
    let log = read(&halted.path().join("log.txt"));
    assert_eq!(log.matches("epoch [2/3] batch [1/2]").count(), 1, "{log}");
    assert_eq!(log.matches("Trainer: ").count(), 1, "{log}");
    assert!(!log.contains("Going on") && !log.contains("Stopped"), "{log}");
    let attempts = read(&halted.path().join("attempts.jsonl"));
    let outcomes: Vec<Value> = attempts.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()).collect();
    let outcomes: Vec<&str> = outcomes.iter().map(|a| a["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["interrupted", "interrupted", "finished"]);
}

#[test]
fn a_directory_holds_one_run() {
    let dir = tempfile::tempdir().unwrap();
    let all = registries();
    let settings = config(&all, dir.path(), &["OPTIM.MAX_EPOCH=1"]);
    let run = |settings, overwrite| {
        engine::run(settings, &all, RunOptions { overwrite, ..Default::default() }).map_err(|e| e.to_string())
    };
    std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    let first = run(&settings, false).unwrap();
    let again = run(&settings, false).unwrap_err();
    assert!(again.contains("finished") && again.contains("--overwrite"), "{again}");
    let other = config(&all, dir.path(), &["OPTIM.MAX_EPOCH=1", "DATASET.NUM_FP=2"]);
    let message = run(&other, false).unwrap_err();
    assert!(message.contains("DATASET.NUM_FP is 1 there and 2 here"), "{message}");
    assert_eq!(json(&dir.path().join("result.json"))["noise"]["wrong"], 3, "nothing was touched");

    let replaced = run(&settings, true).unwrap();
    assert_eq!(first.scores, replaced.scores);
    run(&other, true).unwrap();
    assert_eq!(json(&dir.path().join("result.json"))["noise"]["wrong"], 6);
    assert_eq!(read(&dir.path().join("notes.txt")), "mine");
}

#[test]
fn detection_is_absent_where_nobody_knows_the_truth() {
    let dir = tempfile::tempdir().unwrap();
    let all = registries();
    let settings = config(&all, dir.path(), &["NOISE.NAME=unknown", "OPTIM.MAX_EPOCH=1"]);
    let result = engine::run(&settings, &all, RunOptions::default()).unwrap();
    assert_eq!((result.noise.wrong, &result.detection), (0, &None));
    assert!(json(&dir.path().join("result.json")).get("detection").is_none());
    assert!(!read(&dir.path().join("metrics.jsonl")).contains("detection/"));
}

#[test]
fn an_expanded_pool_holds_the_shots_and_the_same_rate_of_noise() {
    let dir = tempfile::tempdir().unwrap();
    let all = registries();
    let settings = config(&all, dir.path(), &["DATASET.POOL=expand", "DATASET.NUM_EXPAND=2", "OPTIM.MAX_EPOCH=1"]);
    engine::run(&settings, &all, RunOptions::default()).unwrap();
    let rows = |file: &str| -> Vec<String> {
        // Without the position.
        read(&dir.path().join(file)).lines().skip(1).map(|l| l.split_once(',').unwrap().1.to_owned()).collect()
    };
    let (shots, pool) = (rows("noise.csv"), rows("pool.csv"));
    assert_eq!((shots.len(), pool.len()), (12, 24));
    assert_eq!(pool[..12], shots[..]);
    let wrong = pool.iter().map(|l| l.split(',').take(2).collect::<Vec<_>>()).filter(|l| l[0] != l[1]).count();
    assert_eq!(wrong, 6);
    let images: std::collections::BTreeSet<&str> = pool.iter().map(|l| l.split(',').nth(2).unwrap()).collect();
    assert_eq!(images.len(), 24);
}

#[test]
fn evaluation_of_a_checkpoint_repeats_the_result() {
    let dir = tempfile::tempdir().unwrap();
    let all = registries();
    let settings = config(&all, dir.path(), &["OPTIM.MAX_EPOCH=2", "TRAIN.CHECKPOINT_FREQ=1"]);
    let trained = engine::run(&settings, &all, RunOptions::default()).unwrap();
    let evaluate = |model_dir: &Path, epoch| {
        let checkpoints = Checkpoints { model_dir: Some(model_dir.to_owned()), epoch };
        engine::evaluate(&settings, &all, &checkpoints, RunOptions::default())
    };
    let last = evaluate(dir.path(), None).unwrap();
    assert_eq!((Some(last.scores), last.epoch), (trained.scores, Some(2)));
    assert_eq!(evaluate(dir.path(), Some(1)).unwrap().epoch, Some(1));
    let missing = evaluate(dir.path(), Some(50)).unwrap_err().to_string();
    assert!(missing.contains("model.safetensors-50") && missing.contains("epoch 1, 2"), "{missing}");
    let nowhere = evaluate(Path::new("/no/such/run"), None).unwrap_err().to_string();
    assert!(nowhere.contains("/no/such/run") && nowhere.contains("no checkpoint of Probe"), "{nowhere}");
}

#[test]
fn mistakes_are_told_in_one_message() {
    let dir = tempfile::tempdir().unwrap();
    let all = registries();
    let fails = |more: &[&str]| {
        engine::run(&config(&all, dir.path(), more), &all, RunOptions::default()).unwrap_err().to_string()
    };
    let few = fails(&["DATASET.NAME=Uneven"]);
    assert!(few.contains("'blue' has 3") && few.contains("4 training images a class"), "{few}");
    assert!(few.contains("DATASET.ALLOW_FEWER_SHOTS"), "{few}");
    assert!(fails(&["DATASET.SUBSAMPLE_CLASSES=old"]).contains("SUBSAMPLE_CLASSES is 'old': it can be `all`, `base`"));
    let lonely = fails(&["DATASET.SUBSAMPLE_CLASSES=new"]);
    assert!(lonely.contains("has 1 class(es) with DATASET.SUBSAMPLE_CLASSES new; 2 are the least"), "{lonely}");
    assert!(fails(&["DEVICE=gpu"]).contains("gpu"));
    assert!(fails(&["RESUME=/no/such/run"]).contains("/no/such/run"));
    assert!(files(dir.path()).is_empty(), "a run that cannot start leaves nothing behind");

    let (options, events) = spied(|_| false);
    let taken =
        config(&all, dir.path(), &["DATASET.NAME=Uneven", "DATASET.ALLOW_FEWER_SHOTS=True", "OPTIM.MAX_EPOCH=1"]);
    assert_eq!(engine::run(&taken, &all, options).unwrap().noise.items, 11);
    let warned = |e: &Event| matches!(e, Event::Warning { text } if text.contains("'blue' has 3"));
    assert!(events.lock().unwrap().iter().any(warned));
}
