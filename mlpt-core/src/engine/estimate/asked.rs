//! What a run would cost: everything is built, nothing is trained and nothing written.

use super::loading::Loading;
use crate::clip::Passes;
use crate::config::Config;
use crate::engine::job::{Job, JobData};
use crate::engine::run::build;
use crate::engine::{RunOptions, model};
use crate::estimate::{
    ESTIMATE_VERSION, Estimate, Images, Pass, Phase, PhaseReport, Plan, PlanRequest, SecondsReport, Speeds, Work,
    calibrate, evaluation, flop, totals,
};
use crate::{Registries, Result};

/// Builds what a run would use, asks the trainer what it will do, times small samples of it, and adds up. What the
/// trainer or a mechanism does not say is named in the answer.
///
/// # Errors
/// As [`run`](crate::engine::run()), up to the first epoch.
pub fn estimate(config: &Config, registries: &Registries, options: RunOptions) -> Result<Estimate> {
    let (job, data, _) = build(config, registries, options)?;
    let before = job.clip.passes();
    let max_epoch: usize = if job.trainer.trains() { job.config.get("OPTIM.MAX_EPOCH")? } else { 0 };
    let request = PlanRequest { config: &job.config, clip: &job.clip, data: &data.train, max_epoch };
    let plan = job.trainer.plan(&request)?.unwrap_or_else(|| Plan {
        missing: vec![format!("what the trainer {} does in an epoch (Trainer::plan)", job.names.trainer)],
        ..Plan::default()
    });
    Asked { job: &job, data: &data, plan, before, max_epoch }.report()
}

/// A run, and what its trainer says that it will do.
pub(super) struct Asked<'a> {
    pub(super) job: &'a Job,
    pub(super) data: &'a JobData,
    pub(super) plan: Plan,
    before: Passes,
    pub(super) max_epoch: usize,
}

/// Equal passes of so many epochs.
fn of_epochs(passes: &[Pass], epochs: usize) -> impl Iterator<Item = Pass> {
    passes.iter().map(move |pass| pass.times(epochs))
}

impl Asked<'_> {
    fn report(&self) -> Result<Estimate> {
        let (job, plan) = (self.job, &self.plan);
        let trained: Vec<Pass> = plan.once.iter().copied().chain(self.epochs()).collect();
        let (validation, val_loaded) = self.validation()?;
        let (test, test_loaded) = self.test()?;
        let all: Vec<&Pass> = trained.iter().chain(&validation).chain(&test).collect();
        let loader = &self.data.train.train_loader;
        let items = if self.data.train.train.is_empty() { &job.splits.test } else { &self.data.train.train };
        let speeds = calibrate(&job.clip, &all, loader, items)?;
        let bytes = self.bytes(&all, &speeds)?;
        let passes_trained = sum(self.before, totals(trained.iter().chain(&validation)));
        let loading = Loading::of(&speeds, &bytes, self.job)?;
        let training = speeds.of(&trained, &job.clip) + loading.training(plan, self.data);
        let evaluated = speeds.of(validation.iter().chain(&test), &job.clip) + loading.once(val_loaded + test_loaded);
        let spent = training + evaluated;
        let (dominant, dominant_percent) = spent.dominant();
        let seconds = plan.missing.is_empty().then(|| SecondsReport {
            total: spent.total(),
            training: training.total(),
            evaluation: evaluated.total(),
            spent,
            dominant: dominant.to_owned(),
            dominant_percent,
        });
        Ok(Estimate {
            version: ESTIMATE_VERSION,
            dataset: job.names.dataset.clone(),
            trainer: job.names.trainer.clone(),
            backbone: job.clip.name().to_owned(),
            device: model::device_name(&job.device),
            classes: job.splits.class_names.len(),
            images: Images {
                train: self.data.train.train.len(),
                pool: self.data.train.pool.len(),
                val: self.data.val.len(),
                test: job.splits.test.len(),
            },
            epochs: self.max_epoch,
            steps: plan.phases.iter().map(|p| p.steps * p.epochs).sum(),
            phases: plan.phases.iter().map(|p| self.phase(p, &speeds, &loading)).collect(),
            passes_before: self.before,
            passes_trained,
            passes: sum(passes_trained, totals(&test)),
            peak_bytes: bytes.peak(),
            bytes,
            seconds,
            missing: plan.missing.clone(),
        })
    }

    /// Passes of all epochs.
    fn epochs(&self) -> impl Iterator<Item = Pass> {
        self.plan.phases.iter().flat_map(|phase| of_epochs(&phase.passes, phase.epochs))
    }

    /// Passes of the validations in the epochs, and how many images they load.
    fn validation(&self) -> Result<(Vec<Pass>, usize)> {
        let (job, images) = (self.job, self.data.val.len());
        if self.max_epoch == 0 || images == 0 || job.config.get::<String>("TEST.FINAL_MODEL")? != "best_val" {
            return Ok((Vec::new(), 0));
        }
        let shared = job.trainer.shares_image_features();
        let one = evaluation(&self.plan.learners, shared, images, job.test_batch);
        let mut all: Vec<Pass> = of_epochs(&one, self.max_epoch).collect();
        all.extend(if shared { Pass::images(images, job.test_batch) } else { Vec::new() });
        Ok((all, if shared { images } else { images * self.max_epoch }))
    }

    /// The same of the test: the model as it is, then the trained one.
    fn test(&self) -> Result<(Vec<Pass>, usize)> {
        let job = self.job;
        if job.config.get("TEST.NO_TEST")? {
            return Ok((Vec::new(), 0));
        }
        let images = match job.config.get::<String>("TEST.SPLIT")?.as_str() {
            "val" => self.data.val.len(),
            _ => job.splits.test.len(),
        };
        let shared = job.trainer.shares_image_features();
        let mut all = Pass::images(images, job.test_batch);
        all.extend(evaluation(&self.plan.learners, shared, images, job.test_batch));
        Ok((all, if shared { images } else { 2 * images }))
    }

    fn phase(&self, phase: &Phase, speeds: &Speeds, loading: &Loading) -> PhaseReport {
        let clip = &self.job.clip;
        let per_step = 1.0 / phase.steps.max(1) as f64;
        let counts = totals(&phase.passes);
        let tokens: f64 = phase
            .passes
            .iter()
            .map(|pass| match pass.work {
                Work::Texts(size) => pass.times as f64 * size.all_tokens() as f64,
                Work::Images { .. } => 0.0,
            })
            .sum();
        let mut gflop = flop(&phase.passes, clip.config(), clip.text_memory(), clip.number_bytes());
        for part in
            [&mut gflop.image_forward, &mut gflop.image_backward, &mut gflop.text_forward, &mut gflop.text_backward]
        {
            *part *= per_step / 1e9;
        }
        PhaseReport {
            name: phase.name.clone(),
            epochs: phase.epochs,
            steps: phase.steps,
            text_rows_per_step: counts.text_rows as f64 * per_step,
            text_tokens_per_step: tokens * per_step,
            image_rows_per_step: counts.image_rows as f64 * per_step,
            gflop_per_step: gflop,
            seconds_per_epoch: (speeds.of(&phase.passes, clip) + loading.again(phase.loaded)).total(),
            assumes: phase.assumes.clone(),
        }
    }
}

fn sum(a: Passes, b: Passes) -> Passes {
    Passes {
        image: a.image + b.image,
        image_rows: a.image_rows + b.image_rows,
        text: a.text + b.text,
        text_rows: a.text_rows + b.text_rows,
        text_backward: a.text_backward + b.text_backward,
    }
}
