//! The trainer of one learner, whatever its mechanism.

use crate::{Learner, Slot, published, supervised};
use candle_core::Tensor;
use mlpt_core::clip::FrozenClip;
use mlpt_core::engine::{BuildContext, EpochContext, EpochReport, LearnerInfo, Trainer, TrainerState};
use mlpt_core::estimate::{Phase, Plan, PlanRequest};
use mlpt_core::loss::{Loss, LossConfig};
use mlpt_core::prompt::{ImageInput, ImageSide, Shapes, TextState};
use mlpt_core::registries::TrainerFactory;
use mlpt_core::registry::Entry;
use mlpt_core::{Registries, Result};
use std::sync::Arc;

/// Name of the learner and of its checkpoint folder.
const LEARNER: &str = "prompt_learner";

/// One learner, trained on the given labels with the loss of `LOSS.NAME`.
pub struct Single {
    learner: Learner,
    loss: Loss,
    text: Option<TextState>,
}

impl Single {
    /// A trainer called `trainer` of one learner of `mechanism`. Keys are looked for in
    /// `TRAINER.<trainer>`, then in the mechanism's own section.
    ///
    /// # Errors
    /// As [`Learner::build`].
    pub fn build(ctx: &BuildContext<'_>, trainer: &str, mechanism: &str) -> Result<Self> {
        let section = format!("TRAINER.{}", trainer.to_uppercase());
        let rng = ctx.rng.child(LEARNER);
        let slot = Slot { name: LEARNER, mechanism, sections: &[&section], rng };
        let loss = Loss::new(&ctx.config.section::<LossConfig>("LOSS")?)?;
        Ok(Self { learner: Learner::build(ctx, &slot)?, loss, text: None })
    }
}

impl Trainer for Single {
    fn run_epoch(&mut self, ctx: &mut EpochContext<'_>) -> Result<EpochReport> {
        self.text = None;
        let rng = ctx.rng.child(LEARNER);
        let losses = supervised::epoch(&mut self.learner, "", &self.loss, ctx, &rng)?;
        Ok(EpochReport { losses, ..EpochReport::default() })
    }

    fn begin_eval(&mut self, clip: &FrozenClip) -> Result<()> {
        self.text = self.learner.frozen_text(clip)?;
        Ok(())
    }

    fn logits(&self, clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor> {
        self.learner.predict(clip, self.text.as_ref(), images)
    }

    fn shares_image_features(&self) -> bool {
        self.learner.image_side() == ImageSide::Frozen
    }

    fn plan(&self, request: &PlanRequest<'_>) -> Result<Option<Plan>> {
        let Some(cost) = self.learner.cost()? else {
            return Ok(Some(Plan { missing: vec![self.learner.unknown_cost()], ..Plan::default() }));
        };
        let mut phase = Phase { name: "training".to_owned(), epochs: request.max_epoch, ..Phase::default() };
        supervised::plan(&cost, request, &mut phase)?;
        Ok(Some(Plan { phases: vec![phase], learners: vec![cost], ..Plan::default() }))
    }

    fn learners(&self) -> Vec<LearnerInfo> {
        vec![self.learner.info()]
    }

    fn reshape(&mut self, _learner: &str, shapes: &Shapes) -> Result<()> {
        self.text = None;
        self.learner.reshape(shapes)
    }

    fn state(&self) -> TrainerState {
        let mut state = TrainerState::default();
        self.learner.save(&mut state);
        state
    }

    fn load_state(&mut self, state: &TrainerState) -> Result<()> {
        self.text = None;
        self.learner.load(state)
    }
}

/// A registry entry for a trainer of one learner of `mechanism`, with the published settings.
pub fn entry(
    name: &'static str,
    mechanism: &'static str,
    summary: &'static str,
    doc: &'static str,
) -> Entry<TrainerFactory> {
    let factory: TrainerFactory = Arc::new(move |ctx| Ok(Box::new(Single::build(ctx, name, mechanism)?)));
    published::training(Entry::new(name, summary, doc, factory))
}

/// Registers the single-learner trainers of this crate.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    registries.trainers.register(entry(
        "CoOp",
        "CoOp",
        "one prompt learner on the given labels",
        "Context optimisation on the given labels, right or wrong, with cross-entropy or another \
         LOSS.NAME. Zhou et al., IJCV 2022. Keys of the prompt: TRAINER.COOP.",
    ))?;
    let cocoop = entry(
        "CoCoOp",
        "CoCoOp",
        "one learner of a context that each image shifts",
        "Conditional context optimisation on the given labels. Every image of a batch costs a text pass over all \
         classes, so the published batch is 1. Zhou et al., CVPR 2022. Keys of the prompt: TRAINER.COCOOP.",
    );
    registries.trainers.register(few(cocoop, 1, 0.002, 10))?;
    let maple = entry(
        "MaPLe",
        "MaPLe",
        "one learner of coupled prompts in both towers",
        "Multi-modal prompt learning on the given labels. Khattak et al., CVPR 2023. Keys of the prompts: \
         TRAINER.MAPLE.",
    );
    registries.trainers.register(few(maple, 4, 0.0035, 5))?;
    let rmaple = entry(
        "RMaPLe",
        "RMaPLe",
        "one learner of coupled prompts and of weights for every layer",
        "MaPLe's prompts on the given labels, with logits that combine the similarities of all layers. Published with \
         the repository LZHMS/RMaPLe. Keys of the prompts: TRAINER.RMAPLE.",
    );
    registries.trainers.register(few(rmaple, 4, 0.0035, 5))?;
    let vpt = entry(
        "VPT",
        "VPT",
        "one learner of prompts in the image tower",
        "Visual prompt tuning on the given labels; the texts stay as they are. Jia et al., ECCV 2022. Keys of the \
         prompts: TRAINER.VPT.",
    );
    registries.trainers.register(few(vpt, 4, 0.0025, 5))?;
    let ivlp = entry(
        "IVLP",
        "IVLP",
        "one learner of prompts in both towers, each on its own",
        "Independent vision-language prompting on the given labels. Khattak et al., CVPR 2023. Keys of the prompts: \
         TRAINER.IVLP.",
    );
    registries.trainers.register(few(ivlp, 4, 0.0035, 5))
}

/// The published settings of trainers that see few images a step, for few epochs.
fn few(entry: Entry<TrainerFactory>, batch: i64, lr: f64, epochs: i64) -> Entry<TrainerFactory> {
    entry
        .default("DATALOADER.TRAIN_X.BATCH_SIZE", batch)
        .default("OPTIM.LR", lr)
        .default("OPTIM.MAX_EPOCH", epochs)
        .default("TRAIN.PRINT_FREQ", 20)
}
