//! `kill -9` at random moments of a run: every resume must come to the same files.
//!
//! `MLPT_KILLS=20` says how often; `MLPT_KILL_RUN=demo` takes the demonstration, shortened, instead
//! of a small folder of pictures.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::process::{Running, Stop, temporaries};
use common::same::{difference, masked};
use common::{SHORT, animals, mlpt, small_run};
use std::path::Path;
use std::time::{Duration, Instant};

/// A number in 0..1 for each kill; the same ones in every test run.
fn moment(kill: u64) -> f64 {
    mix(0x5eed ^ (kill + 1)) as f64 / u64::MAX as f64
}

/// The finalizer of SplitMix64 (Steele et al. 2014): enough to scatter moments.
fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn prepared() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    animals(&dir.path().join("data"));
    dir
}

#[test]
fn every_resume_is_identical() {
    let demo = std::env::var("MLPT_KILL_RUN").is_ok_and(|run| run == "demo");
    let kills: u64 = std::env::var("MLPT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let mut args = vec!["train", "--preset", "demo", "--output-dir", "run", "TRAIN.CHECKPOINT_FREQ=1"];
    args.extend(SHORT);
    if !demo {
        args = small_run(&[], &[]);
    }

    let dir = prepared();
    let begun = Instant::now();
    mlpt(dir.path(), &args).ok();
    let whole_s = begun.elapsed().as_secs_f64();
    let whole = masked(&dir.path().join("run"), &[]);

    let (mut identical, mut cut) = (0, 0);
    let mut faults = Vec::new();
    for kill in 0..kills {
        let dir = prepared();
        let run = dir.path().join("run");
        let after = Duration::from_secs_f64(moment(kill) * whole_s);
        let running = Running::start(dir.path(), &args);
        std::thread::sleep(after);
        running.stop(Stop::Kill);
        cut += usize::from(!run.join("result.json").exists());
        let what = format!("kill {kill} after {:.2} of {whole_s:.2} s", after.as_secs_f64());
        match resume(dir.path(), &args) {
            Err(message) => faults.push(format!("{what}: {message}")),
            Ok(()) => match difference(&whole, &masked(&run, &[])) {
                Some(difference) => faults.push(format!("{what}: {difference}")),
                None if temporaries(&run).is_empty() => identical += 1,
                None => faults.push(format!("{what}: temporary files were left")),
            },
        }
    }
    println!("{kills} kills of a run of {whole_s:.1} s, {cut} before its end: {identical} resumes identical");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(cut * 2 > kills as usize, "most kills must come before the end");
}

/// Runs the same command again, unless the run was over before it was killed.
fn resume(dir: &Path, args: &[&str]) -> Result<(), String> {
    if dir.join("run/result.json").exists() {
        // Killed between its last file and its end.
        return Ok(());
    }
    let ran = mlpt(dir, args);
    if ran.code == Some(0) { Ok(()) } else { Err(ran.stderr) }
}
