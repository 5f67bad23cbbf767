//! One epoch of co-training: one learner is trained, its peer helps to make the targets.

use super::codivide::{Division, Split};
use super::config::{Method, Targets};
use super::targets::{guess, one_hot, refine, rows};
use crate::step::{all_finite, blame, value};
use crate::{Images, Learner, Means, Place, accuracy};
use candle_core::{D, Tensor};
use mlpt_core::data::{Batch, Batches, TrainData};
use mlpt_core::engine::EpochContext;
use mlpt_core::event::{Event, Step};
use mlpt_core::loss::mse_probs;
use mlpt_core::prompt::TextState;
use mlpt_core::rng::RngTree;
use mlpt_core::tensor::softmax;
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
/// in a fresh order as often as it needs to. Per step each image is encoded once, and one text
/// pass with its backward pass serves loss and, by its values, targets.
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
            "epoch {epoch}, {phase}: no label of the pool counts as clean, so {} is not trained in this epoch; \
             lower WARMUP.THRESHOLD or lengthen WARMUP.EPOCH",
            learner.name()
        ));
        return Ok(Vec::new());
    }
    if split.u.is_empty() {
        ctx.events.warn(format!(
            "epoch {epoch}, {phase}: every label of the pool counts as clean, so the loss has no unlabelled part"
        ));
    }
    let data = ctx.data;
    let mut batches = data.train_batches(&data.pool, &split.x, &data.train_x, &rng.child("x"))?;
    let mut unlabelled = Cycle::new(data, &split.u, rng.child("u"));
    let num_batches = batches.len();
    let lr = learner.lr(epoch);
    let mut means = Means::default();
    for number in 1..=num_batches {
        let begun = Instant::now();
        let Some(x) = batches.next() else { break };
        let (x, u) = (x?, unlabelled.next()?);
        let data_s = begun.elapsed().as_secs_f64();

        let place = Place { epoch, batch: number };
        let taken = step(learner, peer, (&x, u.as_ref()), method, ctx, place, lr)?;
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
    (x, u): (&Batch, Option<&Batch>),
    method: &Method,
    ctx: &EpochContext<'_>,
    place: Place,
    lr: f64,
) -> Result<Taken> {
    let clip = ctx.clip;
    let (side, peer_side) = (learner.image_side(), peer.learner.image_side());
    let encode = |batch: &Batch| Images::encode(clip, &batch.images, &[side, peer_side]);
    let x_images = encode(x)?;
    let u_images = u.map(encode).transpose()?;
    let text = learner.text(clip)?;

    let (x_logits, x_own, x_peer) = both(learner, peer, text.as_ref(), &x_images, clip)?;
    let classes = x_logits.dim(D::Minus1)?;
    let labels: Vec<u32> = x.labels.iter().map(|&l| l as u32).collect();
    let given = rows(&Tensor::new(labels, x_logits.device())?, classes)?;
    let clean = peer.division.weights(&x.indices, x_logits.device())?;
    let x_targets = refine(&x_own, &x_peer, &given, &clean, method.temperature)?;
    let x_targets = finish(x_targets, method.targets)?;
    let loss_x = method.loss.soft(&x_logits, &x_targets)?;

    let loss_u = match &u_images {
        None => None,
        Some(images) => {
            let (logits, own, other) = both(learner, peer, text.as_ref(), images, clip)?;
            let targets = finish(guess(&own, &other, method.temperature)?, method.targets)?;
            Some(mse_probs(&logits, &targets)?)
        }
    };
    let loss = match &loss_u {
        Some(loss_u) => (&loss_x + (loss_u * method.lambda_u)?)?,
        None => loss_x.clone(),
    };
    if !all_finite(&loss)? {
        let mut inputs = vec![(x, &x_images)];
        inputs.extend(u.zip(u_images.as_ref()));
        blame(learner, place, &inputs, &ctx.data.pool, text.as_ref())?;
    }
    let grad_norm = learner.descend(&loss, lr, place)?;

    let mut losses = vec![("loss".to_owned(), value(&loss)?), ("loss_x".to_owned(), value(&loss_x)?)];
    if let Some(loss_u) = &loss_u {
        losses.push(("loss_u".to_owned(), value(loss_u)?));
    }
    let wanted: Vec<usize> =
        x_targets.argmax(D::Minus1)?.to_vec1::<u32>()?.into_iter().map(|class| class as usize).collect();
    Ok(Taken { losses, acc: accuracy(&x_logits, &wanted)?, grad_norm })
}

/// The learner's logits with a graph, its probabilities, and its peer's, `[B, C]` each.
fn both(
    learner: &Learner,
    peer: &Peer<'_>,
    text: Option<&TextState>,
    images: &Images,
    clip: &mlpt_core::clip::FrozenClip,
) -> Result<(Tensor, Tensor, Tensor)> {
    let logits = learner.logits(clip, text, images.input(learner.image_side()))?;
    let other = peer.learner.predict(clip, peer.text.as_ref(), images.input(peer.learner.image_side()))?;
    let own = softmax(&logits.detach())?;
    Ok((logits, own, softmax(&other)?))
}

fn finish(targets: Tensor, kind: Targets) -> Result<Tensor> {
    match kind {
        Targets::Soft => Ok(targets),
        Targets::OneHot => one_hot(&targets),
    }
}

/// Batches of the unlabelled items without end, each round in an order of its own.
struct Cycle<'a> {
    data: &'a TrainData,
    chosen: &'a [usize],
    rng: RngTree,
    round: usize,
    batches: Option<Batches>,
}

impl<'a> Cycle<'a> {
    fn new(data: &'a TrainData, chosen: &'a [usize], rng: RngTree) -> Self {
        Self { data, chosen, rng, round: 0, batches: None }
    }

    /// The next batch; none where there are no items.
    fn next(&mut self) -> Result<Option<Batch>> {
        if self.chosen.is_empty() {
            return Ok(None);
        }
        if let Some(batch) = self.batches.as_mut().and_then(Iterator::next) {
            return batch.map(Some);
        }
        let rng = self.rng.at(self.round);
        self.round += 1;
        let mut batches = self.data.train_batches(&self.data.pool, self.chosen, &self.data.train_u, &rng)?;
        let first = batches.next().transpose();
        self.batches = Some(batches);
        first
    }
}
