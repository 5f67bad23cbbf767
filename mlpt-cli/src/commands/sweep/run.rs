//! Running the cells, some at a time.

use super::outcome::{Ended, Outcome, State};
use super::plan::{Plan, Planned};
use super::process::{Running, last_words};
use super::view::View;
use crate::interrupt;
use anyhow::Result;
use mlpt_core::engine::{Found, RunDir};
use std::collections::VecDeque;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(100);

/// Runs every cell that is not finished. A cell that fails leaves the others alone; after Ctrl-C the running ones finish
/// their step, and no other begins.
///
/// # Errors
/// When a process cannot be watched, or Ctrl-C cannot be.
pub(super) fn run(plan: &Plan, shown: bool) -> Result<Outcome> {
    let (begun, stop) = (Instant::now(), interrupt::flag()?);
    let mut cells: Vec<Ended> = plan.cells.iter().map(before).collect();
    let open = |n: &usize| plan.cells[*n].found != Found::Finished;
    let mut waiting: VecDeque<usize> = (0..cells.len()).filter(open).collect();
    let slots = plan.jobs.min(waiting.len());
    let mut running: Vec<Option<Running>> = (0..slots).map(|_| None).collect();
    let mut view = View::new(shown, waiting.len(), slots);
    let mut told = false;
    loop {
        if stop.is_set() && !told {
            told = true;
            waiting.clear();
            running.iter_mut().flatten().for_each(Running::stop);
        }
        for (slot, place) in running.iter_mut().enumerate() {
            if let Some(cell) = place.as_mut()
                && let Some(status) = cell.ended()?
            {
                let ended = &mut cells[cell.number];
                finish(ended, status, cell.started.elapsed().as_secs_f64());
                view.end(ended);
                *place = None;
            }
            if place.is_none()
                && let Some(number) = waiting.pop_front()
            {
                let device = plan.devices.get(slot % plan.devices.len().max(1)).map(String::as_str);
                match Running::start(number, &plan.cells[number], device, plan.threads) {
                    Ok(cell) => *place = Some(cell),
                    Err(error) => {
                        let ended = &mut cells[number];
                        ended.state = State::Failed;
                        ended.error = Some(format!("{error:#}"));
                        view.end(ended);
                    }
                }
            }
        }
        if waiting.is_empty() && running.iter().all(Option::is_none) {
            break;
        }
        view.tick(&running, |number| plan.cells[number].name.clone());
        std::thread::sleep(POLL);
    }
    drop(view);
    Ok(Outcome { folder: plan.folder.clone(), stopped: told, seconds: begun.elapsed().as_secs_f64(), cells })
}

fn before(cell: &Planned) -> Ended {
    let finished = cell.found == Found::Finished;
    Ended {
        name: cell.name.clone(),
        dir: cell.dir.clone(),
        state: if finished { State::Before } else { State::Left },
        accuracy: if finished { accuracy(&RunDir::new(&cell.dir)) } else { None },
        seconds: None,
        error: None,
    }
}

fn finish(cell: &mut Ended, status: ExitStatus, seconds: f64) {
    cell.seconds = Some(seconds);
    cell.state = match status.code() {
        Some(0) => State::Done,
        Some(code) if code == i32::from(interrupt::EXIT_CODE) => State::Left,
        _ => State::Failed,
    };
    match cell.state {
        State::Done => cell.accuracy = accuracy(&RunDir::new(&cell.dir)),
        State::Failed => {
            let killed = status.code().is_none().then(|| format!("its process was ended from outside ({status})"));
            cell.error = killed.or_else(|| last_words(&cell.dir));
        }
        State::Before | State::Left => {}
    }
}

/// The accuracy in a result, where it has one.
fn accuracy(dir: &RunDir) -> Option<f64> {
    let text = std::fs::read_to_string(dir.result()).ok()?;
    serde_json::from_str::<serde_json::Value>(&text).ok()?["accuracy"].as_f64()
}
