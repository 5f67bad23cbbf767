//! MaPLe's prompts with a learnt combination of all layers' logits: RMaPLe, of the repository LZHMS/RMaPLe.

use super::cosine::pixels_for;
use super::cost::of_classes;
use super::coupled::{Coupled, MaPLeConfig};
use super::weight_net::WeightNet;
use candle_core::Tensor;
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::Section;
use mlpt_core::estimate::Cost;
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, NamedVar, PromptLearner, Shapes, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Result};
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.RMAPLE";

pub(super) fn entry() -> Entry<MechanismFactory> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(RMaPLe::new(ctx)?)));
    Entry::new(
        "RMaPLe",
        "MaPLe with logits of every layer, weighted and combined",
        "MaPLe's coupled prompts; image and text are compared at the input and behind every layer of the towers, and a \
         logit is the greatest of C learnt sums of these similarities, for C classes. Needs a vision transformer. Where \
         one tower has more layers, its first ones are not compared. Published with the repository LZHMS/RMaPLe.",
        factory,
    )
    .section(SECTION)
    .keys(MaPLeConfig::keys_below(SECTION))
}

/// The RMaPLe mechanism. Trainable: what MaPLe trains, and `weightNet.weight [K, L + 1]`, where `L` is the number of
/// layers of the less deep tower and `K` that of the classes of the training; all under the names of the published
/// checkpoints.
///
/// The published towers are equally deep. Where they are not, the last layer is compared with the last, the one before
/// with the one before, and so on down to the input of the less deep tower.
pub struct RMaPLe {
    prompts: Coupled,
    weights: WeightNet,
    /// `L + 1`.
    depths: usize,
}

impl RMaPLe {
    /// Tokenises the classes and makes the initial prompts and weights.
    ///
    /// # Errors
    /// When a setting does not fit the model, or a prompt is longer than the text tower (the message names the class).
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let prompts = Coupled::new(ctx, "RMaPLe")?;
        let depths = ctx.clip.text_layers().min(ctx.clip.image_layers()) + 1;
        let weights = WeightNet::draw(prompts.classes(), depths, &ctx.rng.child("weightNet"), ctx.clip.device())?;
        Ok(Self { prompts, weights, depths })
    }
}

impl PromptLearner for RMaPLe {
    fn parameters(&self) -> Vec<NamedVar> {
        let mut all = self.prompts.named();
        all.push(self.weights.named());
        all
    }

    /// Class features of unit length: of the last layer `[C, E]`, of all `[L + 1, C, E]`; then the weights
    /// `[K, L + 1]`, and the image tower's tokens `[M, W]` for each layer that has its own.
    fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        let layers = last(self.depths, &clip.encode_text_layers(&self.prompts.batch()?)?)?;
        let mut tensors = vec![layers.get(self.depths - 1)?, layers, self.weights.tensor().clone()];
        tensors.extend(self.prompts.image_prompts()?);
        Ok(Some(TextState { tensors }))
    }

    /// Logits `[B, C]`: `max_k sum_l W[k, l] S[l, b, c]`, where `S[l]` is temperature times cosine in layer `l`.
    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        let Some([_, classes, weights, prompts @ ..]) = text.map(|t| t.tensors.as_slice()) else {
            return Err(Error::invalid("the logits were asked for without the text pass"));
        };
        let prompts: Vec<Option<Tensor>> = prompts.iter().cloned().map(Some).collect();
        let images = last(self.depths, &clip.encode_image_layers(pixels_for(images, "RMaPLe")?, &prompts)?)?;
        let similarities = (images.matmul(&classes.transpose(1, 2)?)? * clip.logit_scale())?;
        WeightNet::combine(weights, &similarities)
    }

    fn cost(&self) -> Result<Option<Cost>> {
        of_classes(&self.prompts.batch()?, Some(self.prompts.image_tokens()?))
    }

    fn image_side(&self) -> ImageSide {
        ImageSide::Prompted
    }

    /// The weights may have any number of rows: which class a row was meant for plays no part in the logits.
    fn reshape(&mut self, shapes: &Shapes) -> Result<bool> {
        self.weights.reshape(shapes)
    }
}

/// The last `depths` of a tower's features `[.., N, E]`, of unit length.
fn last(depths: usize, features: &Tensor) -> Result<Tensor> {
    normalize(&features.narrow(0, features.dim(0)? - depths, depths)?)
}
