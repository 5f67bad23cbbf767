//! A run from its settings to `result.json`.

use super::begin::{Begun, begin};
use super::board::Board;
use super::job::{Job, JobData};
use super::lock::RunLock;
use super::names::Names;
use super::passes::Count;
use super::rates::Rates;
use super::recorded::Recorded;
use super::result::{DetectionResult, NoiseResult, RESULT_VERSION, RunResult, Scores};
use super::train::{Loop, load_learners};
use super::waits::Waits;
use super::{Found, RunDir, RunOptions, StateMeta, StopFlag, facts};
use crate::checkpoint::best_path;
use crate::config::{Config, Origin};
use crate::data::noise::{Amount, NUM_FP, RATE};
use crate::event::{Events, JsonlSink, LogFile, LogSink, duration};
use crate::files::{check_folder, write_atomic};
use crate::{Error, Registries, Result};
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::time::Instant;

/// Trains and evaluates, and writes the run directory. A run that was stopped or killed in the same
/// directory is gone on with.
///
/// # Errors
/// Faults of the settings, the data or the model; a finished or another run in the directory;
/// [`Error::Interrupted`] where the run was asked to stop; a non-finite number; a failed write.
pub fn run(config: &Config, registries: &Registries, options: RunOptions) -> Result<RunResult> {
    let started = Instant::now();
    let log = options.log.clone();
    let outcome = run_in(config, registries, options, started);
    // A later run of the same process has a log of its own.
    log.close();
    outcome
}

/// What of the run with these settings lies in its folder, before anything is loaded.
///
/// # Errors
/// When a name is unknown, no seed is set, or a run with other settings lies there.
pub fn found(config: &Config, registries: &Registries) -> Result<Found> {
    let (dir, config) = place(config, registries)?;
    dir.found(&Recorded::of(&config)?, false)
}

/// The folder of the run with these settings.
///
/// # Errors
/// When a name is unknown or no seed is set.
pub fn folder(config: &Config, registries: &Registries) -> Result<PathBuf> {
    Ok(place(config, registries)?.0.path().to_owned())
}

fn place(config: &Config, registries: &Registries) -> Result<(RunDir, Config)> {
    let mut config = config.clone();
    if config.get::<i64>("SEED")? < 0 {
        return Err(Error::invalid("a run that shall be found again needs a SEED, 0 or larger"));
    }
    let names = Names::of(&config, registries)?;
    let (dir, _) = settle(&mut config, &names, &mut Events::default())?;
    Ok((dir, config))
}

fn run_in(config: &Config, registries: &Registries, options: RunOptions, started: Instant) -> Result<RunResult> {
    let RunOptions { stop, sinks, log, overwrite } = options;
    let mut events = listeners(config, &log, sinks)?;
    let names = Names::of(config, registries)?;
    let mut config = config.clone();
    let (dir, seed) = settle(&mut config, &names, &mut events)?;
    // Before anything is loaded; what the model implies is not known yet.
    RunLock::look(&dir.lock())?;
    if !overwrite {
        dir.look(&Recorded::of(&config)?, false)?;
    }
    let kept = (!overwrite && dir.config().exists()).then(|| dir.draw());
    let mut job = Job::build(config, names, seed, registries, &mut events)?;
    let data = JobData::build(&job, registries, kept.as_deref(), &mut events)?;
    let mut begun = begin(&dir, &mut job, &data, (seed, overwrite, started), &log, &mut events)?;
    let outcome = carry_out(&dir, &mut job, &data, seed, (&stop, &log, started), &mut begun, &mut events);
    begun.attempts.end(&outcome, &job)?;
    outcome
}

/// Trains, evaluates and writes the result.
fn carry_out(
    dir: &RunDir,
    job: &mut Job,
    data: &JobData,
    seed: u64,
    (stop, log, started): (&StopFlag, &LogFile, Instant),
    begun: &mut Begun,
    events: &mut Events,
) -> Result<RunResult> {
    events.add(Box::new(JsonlSink::new(begun.metrics.clone())));
    let rates = Rates::default();
    events.add(Box::new(rates.clone()));
    let waits = Waits::default();
    events.add(Box::new(waits.clone()));
    // Behind the sink that writes metrics.jsonl, which it reads.
    let board = Board::begin(dir, job.config.get("TRAIN.TENSORBOARD")?);
    events.add(Box::new(board.clone()));
    let mut meta = begun.earlier.clone();
    let mut passes = Count::default();
    if begun.resumed {
        passes = Count::after(meta.passes.clone());
        passes.known(job.clip.passes());
    }
    let mut the_loop = Loop {
        dir,
        stop,
        log,
        metrics: &begun.metrics,
        rates: &rates,
        started,
        earlier_s: if begun.resumed { meta.elapsed_s } else { 0.0 },
        resumed: begun.resumed,
        passes,
    };
    if job.trainer.trains() {
        let trained = the_loop.run(job, data, &mut meta, events);
        if let Err(Error::Interrupted { epoch }) = &trained {
            let dir = dir.path().display();
            events.note(format!("Stopped after epoch {epoch}; go on with: mlpt train --resume {dir}"));
        }
        if trained.is_err() {
            // TensorBoard is to show what there was of an epoch that was not finished.
            events.flush();
        }
        trained?;
        events.note("Finish training");
        waits.tell(&job.config, events)?;
    }
    let tested = test(job, data, dir, &meta, events)?;
    board.tested(dir);
    let result = RunResult {
        version: RESULT_VERSION,
        dataset: job.names.dataset.clone(),
        trainer: job.names.trainer.clone(),
        mechanisms: job.trainer.learners().into_iter().map(|l| l.mechanism).collect(),
        backbone: job.clip.name().to_owned(),
        model_digest: job.clip.digest().to_owned(),
        data_digest: job.splits.digest(),
        seed,
        shots: job.config.get("DATASET.NUM_SHOTS")?,
        noise: NoiseResult {
            name: job.names.noise.clone(),
            num_fp: job.config.get(NUM_FP)?,
            rate: job.config.get(RATE)?,
            scope: Amount::read(&job.config)?.scope,
            items: data.noise.rows.len(),
            wrong: data.noise.wrong_count(),
            digest: meta.noise_digest.clone(),
        },
        classes: job.splits.class_names.len(),
        epochs: meta.epoch,
        split: tested.split,
        scores: tested.trained,
        zero_shot: tested.zero_shot,
        detection: DetectionResult::of_state(&meta.found),
        elapsed_s: the_loop.elapsed_s(),
        passes: the_loop.passes.total(job.clip.passes()),
        output_dir: dir.path().to_owned(),
    };
    events.note(format!("Elapsed: {}", duration(result.elapsed_s)));
    events.flush();
    let json = serde_json::to_string_pretty(&result).map_err(|e| Error::invalid(format!("result.json: {e}")))?;
    write_atomic(&dir.result(), (json + "\n").as_bytes())?;
    Ok(result)
}

/// Makes everything that a run would use, tells what it is, and writes nothing.
///
/// # Errors
/// As [`run`], up to the first epoch.
pub fn build_only(config: &Config, registries: &Registries, options: RunOptions) -> Result<()> {
    let (job, data, mut events) = build(config, registries, options)?;
    facts::tell(&job, &data, job.seed, &mut events);
    Ok(())
}

/// Everything that a run would use, and who listens; nothing is written.
///
/// # Errors
/// As [`run`], up to the first epoch.
pub(super) fn build(config: &Config, registries: &Registries, options: RunOptions) -> Result<(Job, JobData, Events)> {
    let RunOptions { sinks, log, .. } = options;
    let mut events = listeners(config, &log, sinks)?;
    let names = Names::of(config, registries)?;
    let mut config = config.clone();
    let seed = draw_seed(&mut config, &mut events)?;
    let job = Job::build(config, names, seed, registries, &mut events)?;
    let data = JobData::build(&job, registries, None, &mut events)?;
    Ok((job, data, events))
}

/// All listeners but those of the run directory, which have been told what the settings have to say.
pub(super) fn listeners(
    config: &Config,
    log: &LogFile,
    sinks: Vec<Box<dyn crate::event::EventSink>>,
) -> Result<Events> {
    let mut events = Events::default();
    events.add(Box::new(LogSink::new(log.clone(), config.get("TRAIN.PRINT_FREQ")?)));
    for sink in sinks {
        events.add(sink);
    }
    for notice in config.notices() {
        events.note(notice.clone());
    }
    Ok(events)
}

/// The folder and the seed. A seed that is not given is taken from an unfinished run in the folder.
fn settle(config: &mut Config, names: &Names, events: &mut Events) -> Result<(RunDir, u64)> {
    let resume: String = config.get("RESUME")?;
    let output: String = config.get("OUTPUT_DIR")?;
    let given = match (resume.is_empty(), output.is_empty()) {
        (false, _) => Some(RunDir::new(resume)),
        (true, false) => Some(RunDir::new(output)),
        (true, true) => None,
    };
    if let Some(dir) = &given
        && config.get::<i64>("SEED")? < 0
        && !dir.result().exists()
        && let Some(seed) = dir.recorded().and_then(|r| r.seed())
    {
        config.set("SEED", seed, Origin::File(dir.config().display().to_string()));
    }
    let seed = draw_seed(config, events)?;
    let dir = match given {
        Some(dir) => dir,
        None => RunDir::new(names.default_folder(config, seed)?),
    };
    check_folder(dir.path())?;
    if !config.get::<String>("RESUME")?.is_empty() && !dir.config().exists() {
        return Err(Error::data(dir.path(), "holds no run to go on with (--resume)"));
    }
    config.set("OUTPUT_DIR", dir.path().display().to_string(), config.resolved("OUTPUT_DIR")?.origin.clone());
    Ok((dir, seed))
}

/// The seed; a negative one is replaced by one that is drawn, told and recorded.
pub(super) fn draw_seed(config: &mut Config, events: &mut Events) -> Result<u64> {
    if let Ok(seed) = u64::try_from(config.get::<i64>("SEED")?) {
        return Ok(seed);
    }
    // The standard library's own random state: the one source of chance that is not the seed.
    let seed = RandomState::new().hash_one("seed") % 1_000_000_000;
    events.note(format!("Seed: {seed} (drawn; --seed {seed} repeats this run)"));
    config.set("SEED", seed as i64, config.resolved("SEED")?.origin.clone());
    Ok(seed)
}

struct Tested {
    split: String,
    trained: Option<Scores>,
    zero_shot: Option<Scores>,
}

fn test(job: &mut Job, data: &JobData, dir: &RunDir, meta: &StateMeta, events: &mut Events) -> Result<Tested> {
    if job.config.get("TEST.NO_TEST")? {
        return Ok(Tested { split: job.config.get("TEST.SPLIT")?, trained: None, zero_shot: None });
    }
    if let Some((correct, epoch)) = meta.best {
        load_learners(job, |learner| best_path(dir.path(), learner))?;
        events.note(format!(
            "Deploy the model of epoch {epoch}, best on the val split ({correct} of {} right)",
            data.val.len()
        ));
    }
    let (split, images) = job.test_set(&data.val)?;
    events.note(format!("Evaluate on the *{split}* set ({} images)", images.len()));
    let (trained, zero_shot, found) = super::evaluate::scores(job, &images, events)?;
    found.write(&dir.predictions(), images.items(), &job.splits.class_names)?;
    let folder: Option<PathBuf> = job.config.get::<bool>("TEST.COMPUTE_CMAT")?.then(|| dir.confusion());
    if let Some(path) = folder {
        super::evaluate::write_confusion(&path, &trained, &job.splits.class_names)?;
    }
    Ok(Tested { split, trained: Some((&trained).into()), zero_shot: Some((&zero_shot).into()) })
}
