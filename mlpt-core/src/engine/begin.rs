//! The start of a run's work in its directory: anew, or where an earlier process left off.

use super::attempts::Attempts;
use super::job::{Job, JobData};
use super::lock::RunLock;
use super::recorded::{self, Recorded};
use super::{Found, RunDir, RunState, StateMeta, facts, images};
use crate::event::{Events, LogFile};
use crate::files::write_atomic;
use crate::{Error, Result};
use std::time::Instant;

/// A run directory that is ready for work.
pub(super) struct Begun {
    /// What earlier processes came to.
    pub(super) earlier: StateMeta,
    /// Whether an earlier process began.
    pub(super) resumed: bool,
    /// The open `metrics.jsonl`.
    pub(super) metrics: LogFile,
    pub(super) attempts: Attempts,
    _lock: RunLock,
}

/// Takes the directory, puts back the state of the run that lies there, or writes the files of a
/// new one. config.toml is written last: where it lies, the start is complete.
///
/// # Errors
/// When another process is at work here, a finished or another run lies here, data or model are not
/// those that the run began with, or a file cannot be written.
pub(super) fn begin(
    dir: &RunDir,
    job: &mut Job,
    data: &JobData,
    (seed, overwrite, started): (u64, bool, Instant),
    log: &LogFile,
    events: &mut Events,
) -> Result<Begun> {
    let settings = Recorded::of(&job.config)?;
    let uses =
        [("train", &*data.train.train), ("pool", &*data.train.pool), ("val", &*data.val), ("test", &*job.splits.test)];
    let pictures = images::text(&uses)?;
    let lock = RunLock::take(&dir.lock())?;
    if overwrite {
        dir.clear()?;
    }
    let found = dir.look(&settings, true)?;
    let resumed = found == Found::Unfinished { state: true };
    facts::tell(job, data, seed, events);
    let earlier = if resumed {
        images::check(&dir.images(), &pictures)?;
        restore(dir, job, data)?
    } else {
        dir.clear()?;
        StateMeta {
            noise_digest: data.noise.digest(),
            model_digest: job.clip.digest().to_owned(),
            ..Default::default()
        }
    };
    dir.remove_temporaries()?;
    let attempts = Attempts::begin(&dir.attempts(), job, earlier.epoch, started)?;
    if resumed {
        events.note(match earlier.epoch {
            0 => format!("Starting again with the run in {}: it had no epoch yet", dir.path().display()),
            epoch => format!("Going on after epoch {epoch} of the run in {}", dir.path().display()),
        });
        // These lines are in the log already, but for what this process alone has to say.
        log.discard();
    }
    write_atomic(&dir.draw(), data.draw.as_bytes())?;
    write_atomic(&dir.noise(), data.noise.to_csv().as_bytes())?;
    if let Some(pool) = &data.pool {
        write_atomic(&dir.pool(), pool.to_csv().as_bytes())?;
    }
    write_atomic(&dir.images(), pictures.as_bytes())?;
    let metrics = LogFile::default();
    log.open(&dir.log(), earlier.log_bytes)?;
    metrics.open(&dir.metrics(), earlier.metrics_bytes)?;
    let mut begun = Begun { earlier, resumed, metrics, attempts, _lock: lock };
    if !resumed {
        if let Some(path) = &data.share {
            write_atomic(path, data.draw.as_bytes())?;
        }
        facts::write(dir, job, &settings, seed, &begun.earlier.noise_digest)?;
        let meta = &mut begun.earlier;
        meta.log_bytes = log.len()?;
        meta.elapsed_s = started.elapsed().as_secs_f64();
        meta.passes = serde_json::to_value(job.clip.passes()).unwrap_or_default();
        RunState::of(&*job.trainer, meta.clone())?.write(&dir.state())?;
        recorded::write(&dir.config(), &job.config)?;
    }
    Ok(begun)
}

/// Puts the state back into the trainer.
fn restore(dir: &RunDir, job: &mut Job, data: &JobData) -> Result<StateMeta> {
    let state = RunState::read(&dir.state(), &job.device)?;
    let other = [
        ("data or its noise", state.meta.noise_digest != data.noise.digest()),
        ("model", state.meta.model_digest != job.clip.digest()),
    ];
    if let Some((what, _)) = other.iter().find(|(_, differs)| *differs) {
        let message = format!("was made with another {what} than there is now; --overwrite starts anew");
        return Err(Error::data(dir.state(), message));
    }
    state.restore(&mut *job.trainer, &dir.state())?;
    Ok(state.meta)
}
