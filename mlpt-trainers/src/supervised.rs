//! One epoch of a single learner on the given labels: CoOp's training, and MLPT's warm-up.

use crate::step::{all_finite, blame, value};
use crate::{Images, Learner, Means, Place, accuracy};
use candle_core::Tensor;
use mlpt_core::engine::EpochContext;
use mlpt_core::estimate::{Cost, Pass, Phase, PlanRequest, Work, batches};
use mlpt_core::event::{Event, Step};
use mlpt_core::loss::Loss;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::time::Instant;

/// Adds to `phase` what [`epoch`] will ask of the towers for a learner of this cost.
///
/// # Errors
/// When the sampler's conditions are not met.
pub fn plan(cost: &Cost, request: &PlanRequest<'_>, phase: &mut Phase) -> Result<()> {
    let data = request.data;
    let everyone: Vec<usize> = (0..data.train.len()).collect();
    let (steps, rows) = batches(data, &data.train, &everyone, &data.train_x)?;
    let mut step: Vec<Pass> = cost.text().map(Pass::with_backward).into_iter().collect();
    step.extend(cost.prompts.is_none().then(|| Pass::once(Work::Images { rows, prompts: None })));
    step.extend(cost.logits(rows));
    phase.passes.extend(step.into_iter().map(|pass| pass.times(steps)));
    phase.steps += steps;
    phase.loaded += steps * rows;
    phase.streams = vec![rows];
    Ok(())
}

/// Trains `learner` for one epoch over the training items with their given labels. Per step: one
/// image pass, one text pass with its backward pass. Gives the mean of each loss.
///
/// # Errors
/// [`Error::NonFinite`], before the step would have been taken; [`Error::Interrupted`] after the
/// step in which the run was asked to stop.
pub fn epoch(
    learner: &mut Learner,
    phase: &str,
    loss: &Loss,
    ctx: &mut EpochContext<'_>,
    rng: &RngTree,
) -> Result<Vec<(String, f64)>> {
    let everyone: Vec<usize> = (0..ctx.data.train.len()).collect();
    let mut batches = ctx.data.train_batches(&ctx.data.train, &everyone, &ctx.data.train_x, rng)?;
    let num_batches = batches.len();
    let lr = learner.lr(ctx.epoch + 1);
    let mut means = Means::default();
    for number in 1..=num_batches {
        let begun = Instant::now();
        let Some(batch) = batches.next() else { break };
        let batch = batch?;
        let data_s = begun.elapsed().as_secs_f64();
        let place = Place { epoch: ctx.epoch + 1, batch: number };

        let side = learner.image_side();
        let images = Images::of(ctx.clip, &batch, &[side])?;
        let text = learner.text(ctx.clip)?;
        let logits = learner.logits(ctx.clip, text.as_ref(), images.input(side)?)?;
        let labels: Vec<u32> = batch.labels.iter().map(|&l| l as u32).collect();
        let past = learner.remember(loss, &ctx.data.train, &batch.indices, &logits)?;
        let objective = loss.hard(&logits, &Tensor::new(labels, logits.device())?, past.as_ref())?;
        if !all_finite(&objective)? {
            blame(learner, place, &[(&batch, &images)], &ctx.data.train, text.as_ref())?;
        }
        let grad_norm = learner.descend(&objective, lr, place)?;

        let losses = vec![("loss".to_owned(), value(&objective)?)];
        means.add(&losses);
        ctx.events.emit(Event::Step(Step {
            phase: phase.to_owned(),
            learner: learner.name().to_owned(),
            epoch: ctx.epoch + 1,
            max_epoch: ctx.max_epoch,
            batch: number,
            num_batches,
            time_s: begun.elapsed().as_secs_f64(),
            data_s,
            losses,
            acc: Some(accuracy(&logits, &batch.labels)?),
            lr,
            grad_norm,
        }));
        if ctx.stop.is_set() {
            return Err(Error::Interrupted { epoch: ctx.epoch });
        }
    }
    Ok(means.means())
}
