//! `mlpt watch`: the dashboard of a run that another process is at work on, or that is finished.

use crate::args::WatchArgs;
use crate::dashboard::{self, Model, Screen, Status};
use crate::{interrupt, output};
use anyhow::{Result, bail};
use mlpt_core::engine::{RunDir, at_work};
use mlpt_core::event::MetricsTail;
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the file and the keys are looked at.
const TICK: Duration = Duration::from_millis(250);
/// How often the run's lock is tried: to do so takes it for a moment where nobody holds it.
const ALIVE: Duration = Duration::from_secs(5);
/// Size of a picture that goes to no terminal.
const PLAIN: (u16, u16) = (100, 40);
/// Steps between two lines; `TRAIN.PRINT_FREQ` is the run's own business.
const PRINT_FREQ: usize = 10;

/// Shows the run until a key ends it, or once.
///
/// # Errors
/// When no run is there, its metrics cannot be read, or there is no terminal and `--once` is not given.
pub fn watch(args: &WatchArgs) -> Result<()> {
    let dir = RunDir::new(&args.run);
    if !args.run.is_dir() {
        bail!("there is no run directory {}", args.run.display());
    }
    if !dir.metrics().is_file() && !dir.config().is_file() {
        bail!("{} holds no run: there is neither config.toml nor metrics.jsonl in it", args.run.display());
    }
    let mut tail = MetricsTail::new(&dir.metrics());
    let mut model = anew(&args.run);
    if args.once || args.json {
        read(&mut tail, &mut model, &args.run)?;
        model.status = status(&dir, at_work(&args.run));
        if args.json {
            return Ok(output::print(&serde_json::to_string_pretty(&model.document())?)?);
        }
        let (width, height) = match std::io::stdout().is_terminal() {
            true => ratatui::crossterm::terminal::size().unwrap_or(PLAIN),
            false => PLAIN,
        };
        return Ok(output::print(&dashboard::text(&model, width, height)?)?);
    }
    if !std::io::stdout().is_terminal() {
        bail!("standard output is no terminal; `mlpt watch {} --once` prints one picture", args.run.display());
    }
    // A signal must not leave the terminal as it is then.
    let stop = interrupt::flag()?;
    let mut screen = Screen::open()?;
    let mut alive = (Instant::now(), at_work(&args.run));
    loop {
        read(&mut tail, &mut model, &args.run)?;
        if alive.0.elapsed() > ALIVE {
            alive = (Instant::now(), at_work(&args.run));
        }
        model.status = status(&dir, alive.1);
        screen.draw(&model)?;
        if dashboard::key(TICK)?.is_some() || stop.is_set() {
            return Ok(());
        }
    }
}

fn anew(run: &Path) -> Model {
    Model::new(run.display().to_string(), PRINT_FREQ)
}

fn read(tail: &mut MetricsTail, model: &mut Model, run: &Path) -> Result<()> {
    let news = tail.read()?;
    if news.anew {
        *model = anew(run);
    }
    news.events.iter().for_each(|event| model.take(event));
    Ok(())
}

fn status(dir: &RunDir, alive: bool) -> Status {
    match (dir.result().is_file(), alive) {
        (true, _) => Status::Finished,
        (false, true) => Status::Elsewhere,
        (false, false) => Status::Stopped,
    }
}
