//! One epoch of co-training: one learner is trained, its peer helps to make the targets.

use super::codivide::{Division, Split};
use super::config::Method;
use super::objective::{Objective, Pair, Side};
use crate::step::{all_finite, blame, value};
use crate::{Learner, Means, Place, accuracy};
use candle_core::D;
use mlpt_core::data::{Batch, Batches, TrainData};
use mlpt_core::engine::EpochContext;
use mlpt_core::event::{Event, Step};
use mlpt_core::prompt::TextState;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::time::Instant;

/// The one who helps: a learner with its text pass, made once for the epoch.
pub(super) struct Peer<'a> {
    pub(super) learner: &'a Learner,
    pub(super) text: Option<TextState>,
    /// The peer's view of the pool, which chose the split.
    pub(super) division: &'a Division,
}

/// Trains `learner` for one epoch on the peer's split. The X batches set the pace, U starts over
/// in a fresh order as often as it needs to. Per step each view of an image is encoded once (and
/// once more where it is mixed), and one text pass with its backward pass serves loss and, by its
/// values, targets.
///
/// With an empty U the loss is `Lx` alone; with an empty X there is nothing to set the pace and
/// nothing that is trusted, so the learner sits this epoch out. Both are told as warnings.
/// Gives the mean of each loss.
///
/// # Errors
/// [`Error::NonFinite`], before the step would have been taken; [`Error::Interrupted`] after the
/// step in which the run was asked to stop.
pub(super) fn epoch(
    learner: &mut Learner,
    peer: &Peer<'_>,
    split: &Split,
    phase: &str,
    method: &Method,
    ctx: &mut EpochContext<'_>,
    rng: &RngTree,
) -> Result<Vec<(String, f64)>> {
    let epoch = ctx.epoch + 1;
    if split.x.is_empty() {
        ctx.events.warn(format!(
            "epoch {epoch}, {phase}: no label of the pool is trusted, so {} is not trained in this epoch; lengthen \
             WARMUP.EPOCH, lower WARMUP.THRESHOLD or choose another SELECTOR.NAME",
            learner.name()
        ));
        return Ok(Vec::new());
    }
    if split.u.is_empty() {
        ctx.events.warn(format!(
            "epoch {epoch}, {phase}: every label of the pool is trusted, so the loss has no unlabelled part"
        ));
    }
    let data = ctx.data;
    let mut batches = data.train_views(&data.pool, &split.x, &data.train_x, &rng.child("x"), method.views)?;
    let mut unlabelled = Cycle::new(data, &split.u, rng.child("u"), method.views);
    let num_batches = batches[0].len();
    let lr = learner.lr(epoch);
    let mut means = Means::default();
    for number in 1..=num_batches {
        let begun = Instant::now();
        let Some(x) = next_views(&mut batches)? else { break };
        let u = unlabelled.next()?;
        let data_s = begun.elapsed().as_secs_f64();

        let place = Place { epoch, batch: number };
        let mixup = rng.child("mixup").at(number);
        let taken = step(learner, peer, (x, u), method, ctx, place, &mixup)?;
        means.add(&taken.losses);
        ctx.events.emit(Event::Step(Step {
            phase: phase.to_owned(),
            learner: learner.name().to_owned(),
            epoch,
            max_epoch: ctx.max_epoch,
            batch: number,
            num_batches,
            time_s: begun.elapsed().as_secs_f64(),
            data_s,
            losses: taken.losses,
            acc: Some(taken.acc),
            lr,
            grad_norm: taken.grad_norm,
        }));
        if ctx.stop.is_set() {
            return Err(Error::Interrupted { epoch: ctx.epoch });
        }
    }
    Ok(means.means())
}

/// The figures of one step.
struct Taken {
    losses: Vec<(String, f64)>,
    acc: f64,
    grad_norm: f64,
}

fn step(
    learner: &mut Learner,
    peer: &Peer<'_>,
    (x, u): (Vec<Batch>, Option<Vec<Batch>>),
    method: &Method,
    ctx: &EpochContext<'_>,
    place: Place,
    mixup: &RngTree,
) -> Result<Taken> {
    let clip = ctx.clip;
    let x = Side::encode(clip, x, learner, peer)?;
    let u = u.map(|u| Side::encode(clip, u, learner, peer)).transpose()?;
    let text = learner.text(clip)?;
    let mut pair = Pair { clip, learner, text: text.as_ref(), peer, pool: &ctx.data.pool };
    let Objective { loss, loss_x, loss_u, x_logits, x_targets } =
        pair.objective((&x, u.as_ref()), method, method.lambda_u(ctx.epoch), mixup)?;
    if !all_finite(&loss)? {
        let inputs: Vec<_> = x.views.iter().chain(u.iter().flat_map(|u| &u.views)).map(|(b, i)| (b, i)).collect();
        blame(learner, place, &inputs, &ctx.data.pool, text.as_ref())?;
    }
    let grad_norm = learner.descend(&loss, learner.lr(place.epoch), place)?;

    let mut losses = vec![("loss".to_owned(), value(&loss)?), ("loss_x".to_owned(), value(&loss_x)?)];
    if let Some(loss_u) = &loss_u {
        losses.push(("loss_u".to_owned(), value(loss_u)?));
    }
    let wanted: Vec<usize> =
        x_targets.argmax(D::Minus1)?.to_vec1::<u32>()?.into_iter().map(|class| class as usize).collect();
    Ok(Taken { losses, acc: accuracy(&x_logits, &wanted)?, grad_norm })
}

/// The next batch in every view.
fn next_views(views: &mut [Batches]) -> Result<Option<Vec<Batch>>> {
    views.iter_mut().map(|view| view.next().transpose()).collect()
}

/// Batches of the unlabelled items without end, each round in an order of its own.
struct Cycle<'a> {
    data: &'a TrainData,
    chosen: &'a [usize],
    rng: RngTree,
    views: usize,
    round: usize,
    batches: Option<Vec<Batches>>,
}

impl<'a> Cycle<'a> {
    fn new(data: &'a TrainData, chosen: &'a [usize], rng: RngTree, views: usize) -> Self {
        Self { data, chosen, rng, views, round: 0, batches: None }
    }

    /// The next batch in every view; none where there are no items.
    fn next(&mut self) -> Result<Option<Vec<Batch>>> {
        if self.chosen.is_empty() {
            return Ok(None);
        }
        if let Some(batches) = &mut self.batches
            && let Some(batch) = next_views(batches)?
        {
            return Ok(Some(batch));
        }
        let rng = self.rng.at(self.round);
        self.round += 1;
        let data = self.data;
        let mut batches = data.train_views(&data.pool, self.chosen, &data.train_u, &rng, self.views)?;
        let first = next_views(&mut batches)?;
        self.batches = Some(batches);
        Ok(first)
    }
}
