//! The loop over epochs: train, score, keep.

use super::job::{Job, JobData};
use super::passes::{self, Count};
use super::rates::Rates;
use super::result::DetectionResult;
use super::scoring::ImageSet;
use super::{EpochContext, RunDir, RunState, StateMeta, StopFlag, clean, histogram};
use crate::checkpoint::{LearnerCheckpoint, LearnerMeta, best_path, checkpoint_path, load_parameters};
use crate::event::{Event, Events, LogFile};
use crate::{Error, Result};
use std::path::PathBuf;
use std::time::Instant;

/// What the loop needs beside the job.
pub(super) struct Loop<'a> {
    pub(super) dir: &'a RunDir,
    pub(super) stop: &'a StopFlag,
    pub(super) log: &'a LogFile,
    pub(super) metrics: &'a LogFile,
    pub(super) rates: &'a Rates,
    /// When this process began with the run.
    pub(super) started: Instant,
    /// Seconds that earlier processes had spent.
    pub(super) earlier_s: f64,
    /// Whether an earlier process began.
    pub(super) resumed: bool,
    pub(super) passes: Count,
}

impl Loop<'_> {
    /// Runs the epochs after `meta.epoch`. At each one's end its state is saved, so that a run that
    /// is killed goes on from there.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where the run was asked to stop; a non-finite number; a failed write.
    pub(super) fn run(
        &mut self,
        job: &mut Job,
        data: &JobData,
        meta: &mut StateMeta,
        events: &mut Events,
    ) -> Result<()> {
        let max_epoch: usize = job.config.get("OPTIM.MAX_EPOCH")?;
        let freq: i64 = job.config.get("TRAIN.CHECKPOINT_FREQ")?;
        let freq = usize::try_from(freq).unwrap_or(0);
        let val = self.validation(job, data)?;
        if self.resumed {
            self.encode_again(job, data, val.as_ref(), meta, max_epoch)?;
        }
        let learners = job.trainer.learners().into_iter().map(|l| l.name).collect();
        events.emit(Event::Start { epoch: meta.epoch + 1, max_epoch, learners });
        for epoch in meta.epoch..max_epoch {
            let begun = Instant::now();
            let report = job.trainer.run_epoch(&mut EpochContext {
                clip: &job.clip,
                data: &data.train,
                epoch,
                max_epoch,
                rng: job.rng.child("epoch").at(epoch),
                events,
                stop: self.stop,
            })?;
            meta.epoch = epoch + 1;
            for (name, value) in &report.losses {
                events.scalar(format!("train/{name}"), epoch + 1, *value);
            }
            for (learner, rate) in self.rates.take() {
                events.scalar(format!("lr/{learner}"), epoch + 1, rate.lr);
                events.scalar(format!("largest_grad_norm/{learner}"), epoch + 1, rate.largest_norm);
            }
            if !report.clean.is_empty() {
                let pool = data.pool.as_ref().unwrap_or(&data.noise);
                clean::write(&self.dir.clean(), pool, &job.splits.class_names, &report)?;
            }
            let detection = data.truth.score_all(&report)?;
            tell_detection(detection.as_ref(), epoch + 1, max_epoch, events);
            for view in &report.pool {
                histogram::tell(view, &data.truth, epoch + 1, events);
            }
            meta.found = detection.map(|d| d.to_state()).unwrap_or_default();
            if let Some(val) = &val {
                self.validate(job, val, meta, events)?;
            }
            if epoch + 1 == max_epoch || (freq > 0 && (epoch + 1).is_multiple_of(freq)) {
                let name = |learner: &str| checkpoint_path(self.dir.path(), learner, epoch + 1);
                save_learners(job, epoch + 1, None, name, events)?;
            }
            meta.passes = self.passes.total(job.clip.passes());
            meta.pool_encoded = data.train.has_pool_features();
            meta.val_encoded = val.as_ref().is_some_and(ImageSet::is_encoded);
            meta.views_encoded = data.train.views().map(|views| views.encoded()).unwrap_or_default();
            for (name, count) in passes::numbers(&meta.passes) {
                events.scalar(format!("passes/{name}"), epoch + 1, count);
            }
            events.emit(Event::EpochEnd { epoch: epoch + 1, max_epoch, time_s: begun.elapsed().as_secs_f64() });
            self.save(job, meta, events)?;
            if self.stop.is_set() {
                return Err(Error::Interrupted { epoch: epoch + 1 });
            }
        }
        Ok(())
    }

    /// Makes the features that an earlier process had encoded once for the whole run. Done before
    /// the first epoch, so that what the epochs encode can be told apart and counted.
    fn encode_again(
        &mut self,
        job: &Job,
        data: &JobData,
        val: Option<&ImageSet>,
        meta: &StateMeta,
        max_epoch: usize,
    ) -> Result<()> {
        if let Some(views) = data.train.views().filter(|_| !meta.views_encoded.is_empty()) {
            views.restore(&meta.views_encoded)?;
        }
        if meta.epoch < max_epoch {
            if meta.pool_encoded {
                data.train.pool_features(&job.clip)?;
            }
            if let Some(val) = val.filter(|_| meta.val_encoded) {
                val.features(&job.clip)?;
            }
        }
        self.passes.known(job.clip.passes());
        Ok(())
    }

    /// Seconds, all attempts together.
    pub(super) fn elapsed_s(&self) -> f64 {
        self.earlier_s + self.started.elapsed().as_secs_f64()
    }

    fn save(&self, job: &Job, meta: &mut StateMeta, events: &mut Events) -> Result<()> {
        events.flush();
        meta.elapsed_s = self.elapsed_s();
        meta.log_bytes = self.log.len()?;
        meta.metrics_bytes = self.metrics.len()?;
        let state = RunState::of(&*job.trainer, meta.clone())?;
        state.write(&self.dir.state())
    }

    /// The validation images where the best model is asked for.
    fn validation(&self, job: &Job, data: &JobData) -> Result<Option<ImageSet>> {
        match job.config.get::<String>("TEST.FINAL_MODEL")?.as_str() {
            "last_step" => Ok(None),
            "best_val" if data.val.is_empty() => Err(Error::invalid(format!(
                "TEST.FINAL_MODEL is best_val, but {} has no validation images; use last_step",
                job.names.dataset
            ))),
            "best_val" => Ok(Some(job.images(data.val.clone()))),
            other => {
                Err(Error::Config(vec![format!("TEST.FINAL_MODEL is '{other}': it can be `last_step` or `best_val`")]))
            }
        }
    }

    /// Keeps the learners where they are strictly better than ever before.
    fn validate(&self, job: &mut Job, val: &ImageSet, meta: &mut StateMeta, events: &mut Events) -> Result<()> {
        let scores = val.score(&mut *job.trainer, &job.clip, job.splits.class_names.len())?;
        events.scalar("val/accuracy", meta.epoch, scores.accuracy);
        events.note(format!("epoch [{}] val accuracy: {:.2}%", meta.epoch, scores.accuracy));
        if meta.best.is_none_or(|(best, _)| scores.correct > best) {
            meta.best = Some((scores.correct, meta.epoch));
            let name = |learner: &str| best_path(self.dir.path(), learner);
            save_learners(job, meta.epoch, Some(scores.accuracy), name, events)?;
        }
        Ok(())
    }
}

fn tell_detection(detection: Option<&DetectionResult>, epoch: usize, max_epoch: usize, events: &mut Events) {
    for (learner, scores) in detection.iter().flat_map(|d| &d.learners) {
        let mut line = format!("epoch [{epoch}/{max_epoch}] {learner} wrong labels:");
        for (name, value) in scores.iter() {
            events.scalar(format!("detection/{learner}/{name}"), epoch, value);
            line.push_str(&format!(" {name} {value:.3}"));
        }
        events.note(line);
    }
}

fn save_learners(
    job: &Job,
    epoch: usize,
    val_accuracy: Option<f64>,
    path: impl Fn(&str) -> PathBuf,
    events: &mut Events,
) -> Result<()> {
    for learner in job.trainer.learners() {
        let file = path(&learner.name);
        let meta = LearnerMeta {
            learner: learner.name,
            mechanism: learner.mechanism,
            backbone: job.clip.name().to_owned(),
            class_names: job.splits.class_names.clone(),
            epoch,
            val_accuracy,
        };
        LearnerCheckpoint::of(&learner.parameters, meta)?.write(&file)?;
        events.note(format!("Checkpoint saved to {}", file.display()));
    }
    Ok(())
}

/// Puts the checkpoints that `path` names into the trainer's learners.
///
/// # Errors
/// When one is missing or does not fit.
pub(super) fn load_learners(job: &mut Job, path: impl Fn(&str) -> PathBuf) -> Result<Vec<LearnerMeta>> {
    let mut metas = Vec::new();
    for (number, learner) in job.trainer.learners().into_iter().enumerate() {
        let file = path(&learner.name);
        let kept = LearnerCheckpoint::read(&file, &learner.mechanism, &job.device)?;
        let shapes = kept.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.dims().to_vec())).collect();
        job.trainer.reshape(&learner.name, &shapes)?;
        let parameters = job.trainer.learners().into_iter().nth(number).map_or(learner.parameters, |l| l.parameters);
        load_parameters(&file, &parameters, &kept.tensors)?;
        metas.push(kept.meta);
    }
    Ok(metas)
}
