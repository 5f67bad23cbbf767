//! The seam between a prompt-tuning mechanism and whatever trains it.

use crate::Result;
use crate::clip::FrozenClip;
use crate::config::Scope;
use crate::estimate::Cost;
use crate::rng::RngTree;
use candle_core::{Tensor, Var};
use std::collections::BTreeMap;

/// Shapes of a checkpoint's tensors, by name.
pub type Shapes = BTreeMap<String, Vec<usize>>;

/// A trainable tensor with its name, such as `ctx`.
#[derive(Clone, Debug)]
pub struct NamedVar {
    /// The name within its learner.
    pub name: String,
    /// The tensor, always f32.
    pub var: Var,
}

/// The result of a mechanism's text pass, opaque to trainers.
#[derive(Clone, Debug)]
pub struct TextState {
    /// Whatever the mechanism needs to make logits: class features `[C, E]` first.
    pub tensors: Vec<Tensor>,
}

impl TextState {
    /// The same values without a graph, so that one text pass serves targets and loss.
    pub fn detach(&self) -> Self {
        Self { tensors: self.tensors.iter().map(Tensor::detach).collect() }
    }
}

/// What the image side of the logits starts from.
#[derive(Clone, Copy, Debug)]
pub enum ImageInput<'a> {
    /// Normalised pixels `[B, 3, H, W]`.
    Pixels(&'a Tensor),
    /// Unnormalised features `[B, E]` of the frozen image tower.
    Features(&'a Tensor),
}

/// Whether a mechanism changes the image tower's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageSide {
    /// Image features do not depend on the mechanism: they can be computed once and shared.
    Frozen,
    /// The mechanism puts prompts into the image tower: it needs pixels.
    Prompted,
}

/// A prompt-tuning mechanism: a few trainable tensors around a CLIP that never changes.
pub trait PromptLearner: Send {
    /// Its trainable tensors, in a fixed order.
    fn parameters(&self) -> Vec<NamedVar>;

    /// The text pass for all classes, with a graph to the parameters; `None` where the text
    /// depends on the image.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>>;

    /// Logits `[B, C]`: temperature times cosine.
    ///
    /// # Errors
    /// When `images` is of a kind that the mechanism cannot use, or a tensor operation fails.
    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor>;

    /// The values of [`PromptLearner::logits`] `[B, C]`, without a graph. A mechanism whose logits need much memory
    /// makes them in parts here.
    ///
    /// # Errors
    /// As there.
    fn predict(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        Ok(self.logits(clip, text, images)?.detach())
    }

    /// Whether image features can be shared.
    fn image_side(&self) -> ImageSide {
        ImageSide::Frozen
    }

    /// What its passes through the towers are, for `mlpt estimate`; `None` where it does not say.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn cost(&self) -> Result<Option<Cost>> {
        Ok(None)
    }

    /// Told the shapes of a checkpoint before its tensors are loaded for an evaluation, perhaps on other classes than it
    /// was trained on. A mechanism whose logits do not ask for a certain size of some tensor makes that tensor anew in
    /// the checkpoint's; true when [`PromptLearner::parameters`] are others now.
    ///
    /// # Errors
    /// When a tensor operation fails; what does not fit is for the loading to tell.
    fn reshape(&mut self, _shapes: &Shapes) -> Result<bool> {
        Ok(false)
    }
}

/// What a mechanism is made from.
pub struct LearnerContext<'a> {
    /// The model, already on the run's device.
    pub clip: &'a FrozenClip,
    /// `C` class names, by label.
    pub class_names: &'a [String],
    /// The mechanism's keys (`N_CTX`, ...), through the learner's chain of sections.
    pub scope: Scope<'a>,
    /// For initial values.
    pub rng: RngTree,
}
