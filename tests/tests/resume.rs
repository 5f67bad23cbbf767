//! A run that is stopped or killed, at whatever moment, and gone on with equals one that was not.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use common::process::{Running, Stop, temporaries};
use common::same::{assert_same, masked};
use common::{animals, json, mlpt, small_run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a run that nobody stopped.
fn whole(args: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    mlpt(dir.path(), args).ok();
    masked(&dir.path().join("run"), &[])
}

/// Stops a run at each of `moments` (a text in `log.txt`), then lets it end. `None` where it was
/// over before it could be stopped, on a machine that is busy.
fn stopped(dir: &Path, args: &[&str], moments: &[(&str, Stop)]) -> Option<BTreeMap<String, Vec<u8>>> {
    animals(&dir.join("data"));
    for (text, how) in moments {
        let mut running = Running::start(dir, args);
        if !running.wait_for(text) {
            return None;
        }
        let output = running.stop(*how);
        if dir.join("run/result.json").exists() {
            return None;
        }
        let wanted = if *how == Stop::Kill { None } else { Some(130) };
        assert_eq!(output.status.code(), wanted, "{}", String::from_utf8_lossy(&output.stderr));
    }
    mlpt(dir, args).ok();
    assert_eq!(temporaries(&dir.join("run")), Vec::<PathBuf>::new());
    assert!(!dir.join("run/run.lock").exists());
    Some(masked(&dir.join("run"), &[]))
}

fn attempts(dir: &Path) -> Vec<Value> {
    let text = fs::read_to_string(dir.join("run/attempts.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn stopped_at_every_stage() {
    let args = small_run(&[], &["DATASET.POOL=expand", "DATASET.NUM_EXPAND=2"]);
    let whole = whole(&args);
    for moments in [
        // In warm-up.
        &[("Warmup CLIP2 epoch [1/4] batch [2/", Stop::Kill)][..],
        &[("Warmup CLIP1 epoch [2/4] batch [1/", Stop::Interrupt)],
        // At the switch.
        &[("Warmup CLIP2 epoch [2/4] batch [3/", Stop::Kill)],
        &[("epoch [2] val accuracy", Stop::Interrupt)],
        // Inside co-training.
        &[("Train CLIP1 epoch [3/4] batch [1/", Stop::Kill)],
        &[("Train CLIP2 epoch [3/4] batch [2/", Stop::Interrupt)],
        // After the last epoch.
        &[("epoch [4] val accuracy", Stop::Kill)],
        // Twice in one epoch, and in one after another.
        &[
            ("Warmup CLIP1 epoch [1/4] batch [1/", Stop::Kill),
            ("Train CLIP1 epoch [3/4] batch [2/", Stop::Interrupt),
            ("Train CLIP2 epoch [3/4] batch [1/", Stop::Kill),
            ("Train CLIP2 epoch [4/4] batch [1/", Stop::Kill),
        ],
    ] {
        let tries = (0..8).map(|_| tempfile::tempdir().unwrap());
        let stopped = tries.into_iter().find_map(|dir| Some((stopped(dir.path(), &args, moments)?, dir)));
        let (resumed, dir) = stopped.unwrap_or_else(|| panic!("never in time: {moments:?}"));
        assert_same(&whole, &resumed, &format!("{moments:?}"));

        // Each process has its line.
        let attempts = attempts(dir.path());
        assert_eq!(attempts.len(), moments.len() + 1);
        for (i, (attempt, (_, how))) in attempts.iter().zip(moments).enumerate() {
            assert_eq!(attempt["attempt"], i + 1);
            let outcome = if *how == Stop::Kill { Value::Null } else { "interrupted".into() };
            assert_eq!(attempt["outcome"], outcome, "{attempt}");
        }
        assert_eq!(attempts.last().unwrap()["outcome"], "finished");
    }
}

/// What a loss remembers of every image is part of the state: in warm-up, where it was filled, and after.
#[test]
fn a_loss_that_looks_back() {
    for (settings, moment) in [
        (&["LOSS.NAME=elr"][..], "Warmup CLIP1 epoch [2/4] batch [2/"),
        (&["LOSS.NAME=elr", "DATASET.POOL=expand", "DATASET.NUM_EXPAND=2"], "Train CLIP2 epoch [4/4] batch [1/"),
        (&["TRAINER.MLPT.WARMUP_LOSS=elr"], "Train CLIP1 epoch [3/4] batch [1/"),
    ] {
        let args = small_run(&[], settings);
        let whole = whole(&args);
        let names = String::from_utf8_lossy(&whole["state.safetensors"]).into_owned();
        assert!(names.contains("trainer.prompt_learner2.running_mean:"), "{settings:?}");
        let tries = (0..8).map(|_| tempfile::tempdir().unwrap());
        let resumed = tries.into_iter().find_map(|dir| stopped(dir.path(), &args, &[(moment, Stop::Kill)]));
        assert_same(&whole, &resumed.unwrap_or_else(|| panic!("never in time: {moment}")), &format!("{settings:?}"));
        // It is no part of what is evaluated.
        let saved = whole.iter().filter(|(name, _)| name.contains("model.safetensors"));
        let clean = |bytes: &[u8]| !String::from_utf8_lossy(bytes).contains("running_mean");
        assert!(saved.clone().count() > 1 && saved.map(|(_, bytes)| bytes).all(|bytes| clean(bytes)));
    }
}

#[test]
fn killed_before_it_had_anything() {
    let args = small_run(&[], &[]);
    let whole = whole(&args);
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let run = dir.path().join("run");
    // While it loads, while it writes its first files, right after them.
    for file in [None, Some("attempts.jsonl"), Some("draw.json"), Some("state.safetensors"), Some("config.toml")] {
        let mut running = Running::start(dir.path(), &args);
        assert!(running.wait_until(|| file.is_none_or(|file| run.join(file).exists())));
        running.stop(Stop::Kill);
        assert!(!run.join("result.json").exists(), "{file:?}");
    }
    mlpt(dir.path(), &args).ok();
    assert_same(&whole, &masked(&run, &[]), "killed before the first epoch");
    assert_eq!(temporaries(&run), Vec::<PathBuf>::new());
}

#[test]
fn killed_while_it_writes_a_file() {
    let args = small_run(&[], &[]);
    let whole = whole(&args);
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let run = dir.path().join("run");
    let mut left = 0;
    for epoch in 1..=4 {
        let mut running = Running::start(dir.path(), &args);
        // After the steps of this epoch checkpoints and the state are written.
        let phase = if epoch <= 2 { "Warmup" } else { "Train" };
        if !running.wait_for(&format!("{phase} CLIP2 epoch [{epoch}/4] batch [1/")) {
            running.end();
            break;
        }
        running.wait_until(|| !temporaries(&run).is_empty());
        running.stop(Stop::Kill);
        left += temporaries(&run).len();
        if run.join("result.json").exists() {
            break;
        }
    }
    // What a dead process of long ago has left, in every place.
    for name in ["state.safetensors.1-0.tmp", "result.json.1-7.tmp", "prompt_learner1/model.safetensors-2.1-1.tmp"] {
        fs::write(run.join(name), "half a fi").unwrap();
    }
    fs::write(run.join("prompt_learner1/mine.tmp"), "not ours").unwrap();
    if run.join("result.json").exists() {
        fs::remove_file(run.join("result.json")).unwrap();
    }
    mlpt(dir.path(), &args).ok();
    assert_eq!(temporaries(&run), [run.join("prompt_learner1/mine.tmp")], "{left} had been left by our own kills");
    fs::remove_file(run.join("prompt_learner1/mine.tmp")).unwrap();
    assert_same(&whole, &masked(&run, &[]), "killed while writing");
}

#[test]
fn one_process_in_a_run_directory() {
    let args = small_run(&[], &[]);
    let whole = whole(&args);
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let mut running = Running::start(dir.path(), &args);
    assert!(running.wait_for("epoch [1/4] batch [1/"));
    let mut replacing = args.clone();
    replacing.insert(1, "--overwrite");
    for args in [&args, &replacing] {
        let second = mlpt(dir.path(), args);
        assert_eq!(second.code, Some(1), "{}", second.stderr);
        let who = format!("run: the process {} is at work on the run here", running.id());
        assert!(second.stderr.contains(&who), "{}", second.stderr);
    }
    assert!(running.end().status.success());
    assert_same(&whole, &masked(&dir.path().join("run"), &[]), "a second process looked in");
}

#[test]
fn resume_needs_no_settings_and_other_threads_do_not_matter() {
    let args = small_run(&[], &["DATALOADER.NUM_WORKERS=1"]);
    let whole = whole(&args);
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let mut running = Running::start(dir.path(), &args);
    assert!(running.wait_for("Train CLIP1 epoch [3/4] batch [2/"));
    running.stop(Stop::Interrupt);
    let log = fs::read_to_string(dir.path().join("run/log.txt")).unwrap();
    let note = log.lines().last().unwrap().strip_prefix("Stopped after epoch ").unwrap();
    let (epoch, cure) = note.split_once("; ").unwrap();
    assert_eq!(cure, "go on with: mlpt train --resume run");
    let resumed = mlpt(dir.path(), &["train", "--resume", "run", "DATALOADER.NUM_WORKERS=3"]).ok();
    assert!(resumed.stdout.contains(&format!("Going on after epoch {epoch} of the run in run")), "{}", resumed.stdout);
    assert_same(&whole, &masked(&dir.path().join("run"), &[]), "--resume run");
    let attempts = attempts(dir.path());
    assert_eq!((&attempts[0]["decoding_threads"], &attempts[1]["decoding_threads"]), (&1.into(), &3.into()));
    assert_eq!(
        (attempts[0]["from_epoch"].to_string(), attempts[1]["from_epoch"].to_string()),
        ("0".into(), epoch.into())
    );
    // What was encoded twice stands there, and not in the result.
    let spent: u64 = attempts.iter().map(|a| a["passes"]["image_rows"].as_u64().unwrap()).sum();
    assert!(spent > json(&dir.path().join("run/result.json"))["passes"]["image_rows"].as_u64().unwrap());
}

/// Each selector, on one, three and no decoding threads, stopped at the switch and within co-training.
#[test]
fn every_selector_goes_on_as_if_it_had_not_stopped() {
    for (selector, moment) in [
        ("small-loss", "Train CLIP1 epoch [3/4] batch [1/"),
        ("zero-shot", "Train CLIP2 epoch [3/4] batch [1/"),
        ("zero-shot", "Warmup CLIP2 epoch [2/4] batch [3/"),
        ("optimal-transport", "Train CLIP1 epoch [4/4] batch [1/"),
    ] {
        let name = format!("SELECTOR.NAME={selector}");
        let with = |threads: &'static str| small_run(&[], &[&name, threads]).iter().map(|s| (*s).to_owned()).collect();
        let [one, three]: [Vec<String>; 2] = ["DATALOADER.NUM_WORKERS=1", "DATALOADER.NUM_WORKERS=3"].map(with);
        let [one, three] = [&one, &three].map(|args| args.iter().map(String::as_str).collect::<Vec<_>>());
        let dir = tempfile::tempdir().unwrap();
        animals(&dir.path().join("data"));
        mlpt(dir.path(), &one).ok();
        let files = |dir: &Path| masked(&dir.join("run"), &["DATALOADER.NUM_WORKERS"]);
        let whole = files(dir.path());
        let trusted = String::from_utf8(whole["clean.csv"].clone()).unwrap();
        assert!(trusted.lines().next().unwrap().contains("trusted_prompt_learner1,trusted_prompt_learner2,suggested_"));
        let resumed = (0..8).find_map(|_| {
            let dir = tempfile::tempdir().unwrap();
            animals(&dir.path().join("data"));
            let mut running = Running::start(dir.path(), &three);
            if !running.wait_for(moment) {
                return None;
            }
            running.stop(Stop::Kill);
            if dir.path().join("run/result.json").exists() {
                return None;
            }
            mlpt(dir.path(), &["train", "--resume", "run", "DATALOADER.NUM_WORKERS=0"]).ok();
            Some(files(dir.path()))
        });
        let resumed = resumed.unwrap_or_else(|| panic!("never in time: {selector}, {moment}"));
        assert_same(&whole, &resumed, &format!("{selector}, {moment}"));
    }
}

#[test]
fn changed_pictures_stop_a_resume() {
    let args = small_run(&[], &[]);
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    let mut running = Running::start(dir.path(), &args);
    assert!(running.wait_for("epoch [2/4] batch [1/"));
    running.stop(Stop::Kill);
    let images = fs::read_to_string(dir.path().join("run/images.csv")).unwrap();
    let name = images.lines().find_map(|l| l.strip_prefix("train,")?.split(',').next()).unwrap();
    let picture = dir.path().join("data").join(name);
    let bytes = fs::read(&picture).unwrap();

    let other = fs::read_dir(picture.parent().unwrap()).unwrap().flatten().map(|e| e.path()).find(|p| *p != picture);
    fs::copy(other.unwrap(), &picture).unwrap();
    let changed = mlpt(dir.path(), &args);
    assert!(
        changed.code == Some(1) && changed.stderr.contains(&format!("{name} is not the picture")),
        "{}",
        changed.stderr
    );

    fs::remove_file(&picture).unwrap();
    let gone = mlpt(dir.path(), &args);
    let wanted = format!("the data set's split has changed since: 1 image of the draw gone from it, first {name}");
    assert!(gone.code == Some(1) && gone.stderr.contains(&wanted), "{}", gone.stderr);

    fs::write(&picture, bytes).unwrap();
    mlpt(dir.path(), &args).ok();
}
