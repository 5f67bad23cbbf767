//! A prompt learner with its own optimiser and schedule.

use crate::step::{Place, all_finite};
use candle_core::Tensor;
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::{Scope, Section};
use mlpt_core::data::Item;
use mlpt_core::engine::{BuildContext, LearnerInfo, TrainerState};
use mlpt_core::estimate::Cost;
use mlpt_core::loss::{Loss, RunningMeans};
use mlpt_core::optim::{self, OptimConfig, Optimizer, Schedule};
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, PromptLearner, Shapes, TextState};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::collections::BTreeMap;

/// How one learner of a trainer is found in the settings.
pub struct Slot<'a> {
    /// Folder of its checkpoints, such as `prompt_learner1`.
    pub name: &'a str,
    /// Registry name of its mechanism.
    pub mechanism: &'a str,
    /// Sections that are looked at before the mechanism's own, most particular first; below each,
    /// `OPTIM.*` comes before the run's `OPTIM.*` in the same way.
    pub sections: &'a [&'a str],
    /// For its initial values.
    pub rng: RngTree,
}

/// A mechanism's learner together with what trains it.
pub struct Learner {
    name: String,
    mechanism: String,
    prompt: Box<dyn PromptLearner>,
    optimizer: Box<dyn Optimizer>,
    schedule: Schedule,
    /// What it has predicted so far, for losses that look back.
    means: RunningMeans,
    optim: OptimConfig,
}

impl Learner {
    /// Makes the mechanism, its optimiser and its schedule.
    ///
    /// # Errors
    /// When the mechanism is not known, has nothing to train, or a setting does not fit.
    pub fn build(ctx: &BuildContext<'_>, slot: &Slot<'_>) -> Result<Self> {
        let entry = ctx.registries.mechanisms.get(slot.mechanism)?;
        let owned = |s: &&str| (*s).to_owned();
        let mut sections: Vec<String> = slot.sections.iter().map(owned).collect();
        let own = entry.section_path();
        if !own.is_empty() && !sections.contains(&own) {
            sections.push(own);
        }
        let optim = slot.sections.iter().map(|s| format!("{s}.OPTIM")).chain(["OPTIM".to_owned()]);
        let prompt = (entry.factory)(&LearnerContext {
            clip: ctx.clip,
            class_names: ctx.class_names,
            scope: Scope::new(ctx.config, sections),
            rng: slot.rng.clone(),
        })?;
        let optim = OptimConfig::read(&Scope::new(ctx.config, optim))?;
        Self::new(slot.name, entry.name, prompt, &optim)
    }

    /// Puts the parts together.
    ///
    /// # Errors
    /// When the mechanism has nothing to train or the optimiser's settings do not fit.
    pub fn new(name: &str, mechanism: &str, prompt: Box<dyn PromptLearner>, optim: &OptimConfig) -> Result<Self> {
        let parameters = prompt.parameters();
        if parameters.is_empty() {
            return Err(Error::invalid(format!("the prompt mechanism '{mechanism}' has nothing to train")));
        }
        Ok(Self {
            name: name.to_owned(),
            mechanism: mechanism.to_owned(),
            prompt,
            optimizer: optim::build(optim, parameters)?,
            schedule: Schedule::new(optim)?,
            means: RunningMeans::default(),
            optim: optim.clone(),
        })
    }

    /// The checkpoint folder's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether image features can be shared with other learners.
    pub fn image_side(&self) -> ImageSide {
        self.prompt.image_side()
    }

    /// What its passes are, where its mechanism says.
    ///
    /// # Errors
    /// As [`PromptLearner::cost`].
    pub fn cost(&self) -> Result<Option<Cost>> {
        self.prompt.cost()
    }

    /// What to say where it does not.
    pub(crate) fn unknown_cost(&self) -> String {
        format!("what a pass of the mechanism {} is (PromptLearner::cost)", self.mechanism)
    }

    /// The learning rate of a one-based epoch.
    pub fn lr(&self, epoch: usize) -> f64 {
        self.schedule.lr(epoch)
    }

    /// The text pass, with a graph.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        self.prompt.text(clip)
    }

    /// The text pass, its values only.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn frozen_text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        Ok(self.text(clip)?.map(|text| text.detach()))
    }

    /// Logits `[B, C]`.
    ///
    /// # Errors
    /// As [`PromptLearner::logits`].
    pub fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        self.prompt.logits(clip, text, images)
    }

    /// The values of the logits `[B, C]`, without a graph.
    ///
    /// # Errors
    /// As [`PromptLearner::predict`].
    pub fn predict(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        self.prompt.predict(clip, text, images)
    }

    /// Takes in the logits `[B, C]` of a batch that shows these of `items`, and gives what `loss` needs
    /// beside them; see [`RunningMeans::update`]. Once for each training step, before the loss.
    ///
    /// # Errors
    /// As [`RunningMeans::update`].
    pub fn remember(
        &mut self,
        loss: &Loss,
        items: &[Item],
        shown: &[usize],
        logits: &Tensor,
    ) -> Result<Option<Tensor>> {
        let images: Vec<&str> = shown.iter().filter_map(|&i| items.get(i)).map(|item| item.image.key()).collect();
        self.means.update(loss, &images, logits)
    }

    /// One step of this learner's optimiser down `loss`; gives the gradient's norm, before it is cut
    /// to OPTIM.CLIP_NORM. Nothing is changed when the loss or a gradient is not finite.
    ///
    /// # Errors
    /// [`Error::NonFinite`] with the first tensor at fault.
    pub fn descend(&mut self, loss: &Tensor, lr: f64, place: Place) -> Result<f64> {
        if !all_finite(loss)? {
            return Err(place.non_finite(format!("the loss of {}", self.name)));
        }
        let mut gradients = loss.backward()?;
        let parameters = self.optimizer.parameters();
        if let Some(p) = parameters.iter().find(|p| gradients.get(p.var.as_tensor()).is_none()) {
            return Err(Error::invalid(format!(
                "no gradient reached {}.{}: the mechanism '{}' uses an operation without a backward pass",
                self.name, p.name, self.mechanism
            )));
        }
        let norm = optim::check_gradients(parameters, &gradients)
            .map_err(|tensor| place.non_finite(format!("the gradient of {}.{tensor}", self.name)))?;
        optim::clip_gradients(parameters, &mut gradients, norm, self.optim.clip_norm)?;
        self.optimizer.step(&gradients, lr)?;
        Ok(norm)
    }

    /// The first of this learner's parameters that is not finite.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn bad_parameter(&self) -> Result<Option<String>> {
        for p in self.optimizer.parameters() {
            if !all_finite(p.var.as_tensor())? {
                return Ok(Some(format!("{}.{}", self.name, p.name)));
            }
        }
        Ok(None)
    }

    /// What checkpoints need to know.
    pub fn info(&self) -> LearnerInfo {
        LearnerInfo {
            name: self.name.clone(),
            mechanism: self.mechanism.clone(),
            parameters: self.optimizer.parameters().to_vec(),
        }
    }

    /// Makes room for a checkpoint with tensors of these shapes, where the mechanism can take them. The optimiser starts
    /// anew then.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn reshape(&mut self, shapes: &Shapes) -> Result<()> {
        if self.prompt.reshape(shapes)? {
            self.optimizer = optim::build(&self.optim, self.prompt.parameters())?;
        }
        Ok(())
    }

    /// Adds the optimiser's state and what the learner remembers, below this learner's name.
    pub fn save(&self, state: &mut TrainerState) {
        for (name, tensor) in self.optimizer.state() {
            state.tensors.insert(format!("{}.{name}", self.name), tensor);
        }
        self.means.save(&format!("{}.", self.name), &mut state.tensors);
    }

    /// Puts back what [`Learner::save`] gave.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn load(&mut self, state: &TrainerState) -> Result<()> {
        let prefix = format!("{}.", self.name);
        let own = state.tensors.iter();
        let own = own.filter_map(|(k, t)| Some((k.strip_prefix(&prefix)?.to_owned(), t.clone())));
        let mut own: BTreeMap<String, Tensor> = own.collect();
        let means = RunningMeans::take(&mut own)?;
        self.optimizer.load_state(&own)?;
        self.means = means;
        Ok(())
    }
}
