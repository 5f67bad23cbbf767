//! The method's loop over phases and learners.

use super::codivide::{Division, pool_view};
use super::config::{LEARNERS, Method, unfit_shots};
use super::cotrain::{self, Peer};
use super::history::History;
use super::learners;
use super::plan::plan;
use super::prior::Prior;
use crate::{Learner, supervised};
use candle_core::Tensor;
use mlpt_core::Result;
use mlpt_core::clip::FrozenClip;
use mlpt_core::engine::{BuildContext, EpochContext, EpochReport, LearnerInfo, PoolReport, Trainer, TrainerState};
use mlpt_core::estimate::{Plan, PlanRequest};
use mlpt_core::prompt::{ImageInput, ImageSide, Shapes, TextState};
use mlpt_core::select::{Chosen, Evidence};

/// Where the state keeps a learner's losses on the pool in past epochs.
fn past_losses(learner: &Learner) -> String {
    format!("past_losses.{}", learner.name())
}

/// Two learners and how they teach each other.
pub struct Mlpt {
    method: Method,
    selector: Chosen,
    /// Where the selector asks for it.
    prior: Option<Prior>,
    classes: usize,
    learners: [Learner; 2],
    /// Each learner's losses on the pool in past epochs.
    histories: [History; 2],
    eval: [Option<TextState>; 2],
}

impl Mlpt {
    /// Reads the settings and makes both learners.
    ///
    /// # Errors
    /// When the settings do not fit, such as `OPTIM.MAX_EPOCH <= WARMUP.EPOCH`.
    pub fn build(ctx: &BuildContext<'_>) -> Result<Self> {
        let method = Method::read(ctx.config)?;
        if let Some(text) = unfit_shots(ctx.config)? {
            tracing::warn!("{text}");
        }
        let selector = Chosen::read(ctx.config, ctx.registries)?;
        let prior = if selector.needs().zero_shot { Some(Prior::build(ctx)?) } else { None };
        let classes = ctx.class_names.len();
        let history = History::new(method.average_epochs);
        Ok(Self {
            method,
            selector,
            prior,
            classes,
            learners: learners::build(ctx)?,
            histories: [history.clone(), history],
            eval: [None, None],
        })
    }

    /// Both learners on the given labels, each in an order of its own.
    fn warm_up(&mut self, ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        let mut report = EpochReport::default();
        for (number, learner) in self.learners.iter_mut().enumerate() {
            let rng = ctx.rng.child(LEARNERS[number]);
            let phase = format!("Warmup CLIP{}", number + 1);
            let losses = supervised::epoch(learner, &phase, &self.method.warmup_loss, ctx, &rng)?;
            report.losses.extend(named(number, losses));
        }
        Ok(report)
    }

    /// Each learner divides the pool, then each is trained on the other's division. Both
    /// divisions and picks are made before either learner changes; the second learner's targets
    /// come from the first *after* its update.
    fn teach(&mut self, ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        let mut report = EpochReport::default();
        let (mut divisions, mut texts) = (Vec::new(), Vec::new());
        let given: Vec<usize> = ctx.data.pool.iter().map(|item| item.label).collect();
        let classes = self.selector.needs().probabilities.then_some(self.classes);
        let zero_shot = self.prior.as_mut().map(|prior| prior.pool(ctx)).transpose()?;
        for (number, (learner, history)) in self.learners.iter().zip(&mut self.histories).enumerate() {
            let text = learner.frozen_text(ctx.clip)?;
            let view = pool_view(learner, text.as_ref(), ctx, classes)?;
            let losses = history.average(view.losses)?;
            let selection = self.selector.select(&Evidence {
                losses: &losses,
                given: &given,
                classes: self.classes,
                probabilities: view.probabilities.as_ref(),
                zero_shot,
                threshold: self.method.threshold,
                rng: ctx.rng.child(LEARNERS[number]).child(self.selector.name()),
            })?;
            report.trusted.push((learner.name().to_owned(), selection.trusted.clone()));
            let division = Division::from(selection);
            if let Some(why) = &division.degenerate {
                ctx.events.warn(format!("epoch {}, {}: {why}", ctx.epoch + 1, learner.name()));
            }
            let count = division.labelled.len() as f64;
            ctx.events.scalar(format!("division/{}/clean", learner.name()), ctx.epoch + 1, count);
            report.clean.push((learner.name().to_owned(), division.clean.clone()));
            report.pool.push(PoolReport {
                learner: learner.name().to_owned(),
                losses,
                suggested: view.preferred,
                mixture: division.mixture,
            });
            divisions.push(division);
            texts.push(text);
        }
        let pick = |peer: &Division, number: usize| {
            let rng = ctx.rng.child(LEARNERS[number]).child("pick");
            peer.pick(&ctx.data.pool, self.method.x_shots, self.method.u_shots, &rng)
        };
        let splits = [pick(&divisions[1], 0), pick(&divisions[0], 1)];

        let [first, second] = &mut self.learners;
        // The second learner has not changed since it divided the pool: its text pass still holds.
        let peer = Peer { learner: second, text: texts.pop().flatten(), division: &divisions[1] };
        let rng = ctx.rng.child(LEARNERS[0]);
        let losses = cotrain::epoch(first, &peer, &splits[0], "Train CLIP1", &self.method, ctx, &rng)?;
        report.losses.extend(named(0, losses));

        let text = first.frozen_text(ctx.clip)?;
        let peer = Peer { learner: first, text, division: &divisions[0] };
        let rng = ctx.rng.child(LEARNERS[1]);
        let losses = cotrain::epoch(second, &peer, &splits[1], "Train CLIP2", &self.method, ctx, &rng)?;
        report.losses.extend(named(1, losses));
        Ok(report)
    }
}

impl Trainer for Mlpt {
    fn run_epoch(&mut self, ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        self.eval = [None, None];
        if ctx.epoch < self.method.warmup_epochs { self.warm_up(ctx) } else { self.teach(ctx) }
    }

    fn begin_eval(&mut self, clip: &FrozenClip) -> Result<()> {
        let [first, second] = &self.learners;
        self.eval = [first.frozen_text(clip)?, second.frozen_text(clip)?];
        Ok(())
    }

    /// The sum of both learners' logits.
    fn logits(&self, clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor> {
        let [first, second] = &self.learners;
        let first = first.predict(clip, self.eval[0].as_ref(), images)?;
        let second = second.predict(clip, self.eval[1].as_ref(), images)?;
        Ok((first + second)?)
    }

    fn shares_image_features(&self) -> bool {
        self.learners.iter().all(|learner| learner.image_side() == ImageSide::Frozen)
    }

    fn plan(&self, request: &PlanRequest<'_>) -> Result<Option<Plan>> {
        Ok(Some(plan(&self.learners, &self.method, self.prior.is_some(), request)?))
    }

    fn learners(&self) -> Vec<LearnerInfo> {
        self.learners.iter().map(Learner::info).collect()
    }

    fn reshape(&mut self, learner: &str, shapes: &Shapes) -> Result<()> {
        self.eval = [None, None];
        let mut learners = self.learners.iter_mut();
        learners.find(|l| l.name() == learner).map_or(Ok(()), |l| l.reshape(shapes))
    }

    fn state(&self) -> TrainerState {
        let mut state = TrainerState::default();
        for (learner, history) in self.learners.iter().zip(&self.histories) {
            learner.save(&mut state);
            if let Some(losses) = history.saved() {
                state.tensors.insert(past_losses(learner), losses);
            }
        }
        state
    }

    fn load_state(&mut self, state: &TrainerState) -> Result<()> {
        self.eval = [None, None];
        for (learner, history) in self.learners.iter_mut().zip(&mut self.histories) {
            learner.load(state)?;
            history.load(state.tensors.get(&past_losses(learner)))?;
        }
        Ok(())
    }
}

/// The losses of a learner, below its name.
fn named(number: usize, losses: Vec<(String, f64)>) -> impl Iterator<Item = (String, f64)> {
    losses.into_iter().map(move |(name, loss)| (format!("{}/{name}", LEARNERS[number]), loss))
}
