//! The objective of one co-training step: what both learners think of the images, the targets that
//! follow, the losses against them.

use super::config::{Method, Targets};
use super::cotrain::Peer;
use super::mixup::Mix;
use super::targets::{guess, one_hot, refine, rows};
use crate::{Images, Learner};
use candle_core::{D, Tensor};
use mlpt_core::Result;
use mlpt_core::clip::FrozenClip;
use mlpt_core::data::{Batch, Item};
use mlpt_core::loss::{Loss, mse_probs};
use mlpt_core::prompt::TextState;
use mlpt_core::rng::RngTree;
use mlpt_core::tensor::softmax;

/// The images of one side of the split in this step, in one or more views.
pub(super) struct Side {
    /// The same images in each view.
    pub(super) views: Vec<(Batch, Images)>,
}

impl Side {
    /// Encodes each view once for both learners.
    pub(super) fn encode(clip: &FrozenClip, views: Vec<Batch>, learner: &Learner, peer: &Peer<'_>) -> Result<Self> {
        let sides = [learner.image_side(), peer.learner.image_side()];
        let encoded = views.into_iter().map(|batch| {
            let images = Images::of(clip, &batch, &sides)?;
            Ok((batch, images))
        });
        Ok(Self { views: encoded.collect::<Result<_>>()? })
    }

    /// Pixels of all views, one behind the other.
    fn pixels(&self) -> Result<Tensor> {
        let all = self.views.iter().map(|(batch, _)| batch.images()).collect::<Result<Vec<_>>>()?;
        Ok(Tensor::cat(&all, 0)?)
    }
}

/// The losses of a step, with a graph, and how well the learner's first view meets its targets.
pub(super) struct Objective {
    pub(super) loss: Tensor,
    pub(super) loss_x: Tensor,
    pub(super) loss_u: Option<Tensor>,
    /// Logits of the labelled side's first view `[B, C]`.
    pub(super) x_logits: Tensor,
    /// Their targets `[B, C]`.
    pub(super) x_targets: Tensor,
}

/// Who is trained, with whose help, by which text passes.
pub(super) struct Pair<'a> {
    pub(super) clip: &'a FrozenClip,
    pub(super) learner: &'a mut Learner,
    /// The learner's text pass, with a graph.
    pub(super) text: Option<&'a TextState>,
    pub(super) peer: &'a Peer<'a>,
    /// What the batches show.
    pub(super) pool: &'a [Item],
}

impl Pair<'_> {
    /// `Lx + lambda_u Lu` on both sides' images. `rng` serves mixup alone.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub(super) fn objective(
        &mut self,
        (x, u): (&Side, Option<&Side>),
        method: &Method,
        lambda_u: f64,
        rng: &RngTree,
    ) -> Result<Objective> {
        let (x_logits, x_own, x_peer) = self.both(x, method.mixup.is_some())?;
        let classes = x_own.dim(D::Minus1)?;
        let (batch, device) = (&x.views[0].0, x_own.device());
        let labels: Vec<u32> = batch.labels.iter().map(|&l| l as u32).collect();
        let given = rows(&Tensor::new(labels, device)?, classes)?;
        let clean = self.peer.division.weights(&batch.indices, device)?;
        let x_targets = finish(refine(&x_own, &x_peer, &given, &clean, method.temperature)?, method.targets)?;
        let u = match u {
            None => None,
            Some(u) => {
                let (logits, own, other) = self.both(u, method.mixup.is_some())?;
                let targets = finish(guess(&own, &other, method.temperature)?, method.targets)?;
                Some((u, logits, targets))
            }
        };
        let (loss_x, loss_u) = match method.mixup {
            None => {
                let past = self.remember(x, &x_logits, &method.loss)?;
                let loss_x = mean(&x_logits, |logits| method.loss.soft(logits, &x_targets, past.as_ref()))?;
                let loss_u = u.map(|(_, logits, targets)| mean(&logits, |logits| mse_probs(logits, &targets)));
                (loss_x, loss_u.transpose()?)
            }
            Some(alpha) => {
                let u = u.as_ref().map(|(side, _, targets)| (*side, targets));
                self.mixed((x, &x_targets), u, method, alpha, rng)?
            }
        };
        let loss = match &loss_u {
            Some(loss_u) => (&loss_x + (loss_u * lambda_u)?)?,
            None => loss_x.clone(),
        };
        let x_logits = x_logits[0].clone();
        Ok(Objective { loss, loss_x, loss_u, x_logits, x_targets })
    }

    /// What a loss that looks back needs for each view's logits `[B, C]`: an image has one past, whatever its views.
    fn remember(&mut self, side: &Side, logits: &[Tensor], loss: &Loss) -> Result<Option<Tensor>> {
        let shown = side.views.iter().flat_map(|(batch, _)| &batch.indices).copied().collect::<Vec<_>>();
        let past = self.learner.remember(loss, self.pool, &shown, &Tensor::cat(logits, 0)?)?;
        Ok(past.map(|past| past.narrow(0, 0, shown.len() / side.views.len())).transpose()?)
    }

    /// Both losses on images that are mixed across views and sides.
    fn mixed(
        &self,
        (x, x_targets): (&Side, &Tensor),
        u: Option<(&Side, &Tensor)>,
        method: &Method,
        alpha: f64,
        rng: &RngTree,
    ) -> Result<(Tensor, Option<Tensor>)> {
        let (mut pixels, mut targets) = (vec![x.pixels()?], vec![x_targets; x.views.len()]);
        if let Some((u, u_targets)) = u {
            pixels.push(u.pixels()?);
            targets.extend(vec![u_targets; u.views.len()]);
        }
        let (pixels, targets) = (Tensor::cat(&pixels, 0)?, Tensor::cat(&targets, 0)?);
        let mix = Mix::draw(alpha, &pixels, rng)?;
        let (pixels, targets) = (mix.apply(&pixels)?, mix.apply(&targets)?);
        let side = self.learner.image_side();
        let images = Images::encode(self.clip, &pixels, &[side])?;
        let logits = self.learner.logits(self.clip, self.text, images.input(side)?)?;
        let (all, labelled) = (logits.dim(0)?, x.views.len() * x_targets.dim(0)?);
        let part = |rows: &Tensor, from: usize, to: usize| rows.narrow(0, from, to - from);
        let loss_x = method.loss.soft(&part(&logits, 0, labelled)?, &part(&targets, 0, labelled)?, None)?;
        let loss_u = match all - labelled {
            0 => None,
            _ => Some(mse_probs(&part(&logits, labelled, all)?, &part(&targets, labelled, all)?)?),
        };
        Ok((loss_x, loss_u))
    }

    /// The learner's logits `[B, C]` by view, with a graph unless `values` alone are asked for, and the mean over the
    /// views of its probabilities and of its peer's.
    fn both(&self, side: &Side, values: bool) -> Result<(Vec<Tensor>, Tensor, Tensor)> {
        let frozen = if values { self.text.map(TextState::detach) } else { None };
        let (mut logits, mut own, mut other) = (Vec::new(), Vec::new(), Vec::new());
        for (_, images) in &side.views {
            let input = images.input(self.learner.image_side())?;
            let of_view = if values {
                self.learner.predict(self.clip, frozen.as_ref(), input)?
            } else {
                self.learner.logits(self.clip, self.text, input)?
            };
            let input = images.input(self.peer.learner.image_side())?;
            let of_peer = self.peer.learner.predict(self.clip, self.peer.text.as_ref(), input)?;
            own.push(softmax(&of_view.detach())?);
            other.push(softmax(&of_peer)?);
            logits.push(of_view);
        }
        let same = |p: &Tensor| Ok(p.clone());
        Ok((logits, mean(&own, same)?, mean(&other, same)?))
    }
}

/// The mean of what `of` makes of each tensor; of one it is that very value.
fn mean(all: &[Tensor], of: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let mut sum = of(&all[0])?;
    for tensor in &all[1..] {
        sum = (sum + of(tensor)?)?;
    }
    Ok(if all.len() == 1 { sum } else { (sum / all.len() as f64)? })
}

fn finish(targets: Tensor, kind: Targets) -> Result<Tensor> {
    match kind {
        Targets::Soft => Ok(targets),
        Targets::OneHot => one_hot(&targets),
    }
}
