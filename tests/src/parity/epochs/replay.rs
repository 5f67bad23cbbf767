//! A scenario through the registered trainer, with everything that it tells kept.

use super::golden::{Golden, Scenario, numbers};
use super::world::{World, config};
use mlpt_core::clip::FrozenClip;
use mlpt_core::engine::{BuildContext, EpochContext, StopFlag, Trainer};
use mlpt_core::event::{Event, EventSink, Events, Step};
use mlpt_core::prompt::ImageInput;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Registries, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// What one epoch came to.
pub(super) struct Seen {
    pub(super) steps: Vec<Step>,
    /// How many labels count as clean, by learner, as the trainer itself says.
    pub(super) counts: Vec<usize>,
    /// Clean probabilities of the pool, by learner.
    pub(super) clean: Vec<Vec<f64>>,
    /// Contexts and momentum buffers, by learner.
    pub(super) contexts: Vec<Vec<f64>>,
    pub(super) momenta: Vec<Vec<f64>>,
}

/// Runs the scenario's epochs; gives each one's outcome, and the logits of the test pictures at the
/// end.
///
/// # Errors
/// When something does not fit.
pub(super) fn replay(golden: &Golden, scenario: &Scenario, clip: &FrozenClip) -> Result<(Vec<Seen>, Vec<f64>)> {
    let mut registries = Registries::new()?;
    mlpt_trainers::register(&mut registries)?;
    let config = config(scenario, &registries)?;
    let world = World::new(golden, &registries, &config)?;
    let rng = RngTree::new(1);
    let factory = &registries.trainers.get(&config.get::<String>("TRAINER.NAME")?)?.factory;
    let mut trainer = factory(&BuildContext {
        config: &config,
        registries: &registries,
        clip,
        class_names: &golden.class_names,
        template: "a photo of a {}.",
        rng: rng.child("init"),
    })?;
    begin(&*trainer, golden, scenario)?;
    let max_epoch = config.get("OPTIM.MAX_EPOCH")?;
    let mut seen = Vec::new();
    for epoch in 0..scenario.epochs.len() {
        let recorder = Recorder::default();
        let mut events = Events::default();
        events.add(Box::new(recorder.clone()));
        let report = trainer.run_epoch(&mut EpochContext {
            clip,
            data: &world.data,
            epoch,
            max_epoch,
            rng: rng.child("epoch").at(epoch),
            events: &mut events,
            stop: &StopFlag::default(),
        })?;
        let clean = report.clean.into_iter().map(|(_, clean)| clean).collect();
        seen.push(recorder.seen(&*trainer, clean)?);
    }
    trainer.begin_eval(clip)?;
    let logits = world
        .loader
        .map_batches(&world.test, world.test_batch, |pixels| trainer.logits(clip, ImageInput::Pixels(pixels)))?;
    Ok((seen, numbers(&logits)?))
}

/// Puts the script's first contexts into the learners.
fn begin(trainer: &dyn Trainer, golden: &Golden, scenario: &Scenario) -> Result<()> {
    let learners = trainer.learners();
    let names: Vec<&str> = learners.iter().map(|l| l.name.as_str()).collect();
    if names != scenario.learners {
        return Err(Error::invalid(format!("the learners are {names:?}, not {:?}", scenario.learners)));
    }
    for (learner, first) in learners.iter().zip(&scenario.first) {
        for parameter in &learner.parameters {
            parameter.var.set(&golden.tensor(first)?.copy()?)?;
        }
    }
    Ok(())
}

/// Keeps what a trainer tells.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<(Vec<Step>, Vec<usize>)>>);

impl EventSink for Recorder {
    fn emit(&mut self, event: &Event) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Step(step) => told.0.push(step.clone()),
            Event::Scalar { name, value, .. } if name.starts_with("division/") => told.1.push(*value as usize),
            _ => {}
        }
    }
}

impl Recorder {
    fn seen(&self, trainer: &dyn Trainer, clean: Vec<Vec<f64>>) -> Result<Seen> {
        let (steps, counts) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let state = trainer.state();
        let (mut contexts, mut momenta) = (Vec::new(), Vec::new());
        for learner in trainer.learners() {
            for parameter in &learner.parameters {
                contexts.push(numbers(parameter.var.as_tensor())?);
                let key = format!("{}.{}.momentum", learner.name, parameter.name);
                let momentum = state.tensors.get(&key);
                momenta.push(numbers(momentum.ok_or_else(|| Error::invalid(format!("no state '{key}'")))?)?);
            }
        }
        Ok(Seen { steps, counts, clean, contexts, momenta })
    }
}
