//! Co-divide: which labels of the pool are probably clean, in one learner's eyes, for the other.

use crate::{Images, Learner, Place};
use candle_core::{D, DType, Tensor};
use mlpt_core::Result;
use mlpt_core::data::{Item, fewshot_indices};
use mlpt_core::engine::EpochContext;
use mlpt_core::loss::per_sample_ce;
use mlpt_core::mixture::GaussianMixture;
use mlpt_core::prompt::{ImageInput, ImageSide, TextState};
use mlpt_core::rng::RngTree;
use mlpt_core::select::{Probabilities, Selection};

/// What one learner thinks of the pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Division {
    /// How surely each label is right, by pool index.
    pub clean: Vec<f64>,
    /// What co-refinement leaves to each given label, by pool index.
    pub weights: Vec<f64>,
    /// Pool indices whose label is trusted, in order.
    pub labelled: Vec<usize>,
    /// The others, in order.
    pub unlabelled: Vec<usize>,
    /// Why the selector could not tell the items apart, where it could not.
    pub degenerate: Option<String>,
    /// The mixture over the scaled losses, where the selector fitted one.
    pub mixture: Option<GaussianMixture>,
}

/// The items that a learner trains on for one epoch, as pool indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// With refined labels.
    pub x: Vec<usize>,
    /// With guessed labels.
    pub u: Vec<usize>,
}

/// What one pass over the pool says, by pool index.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolView {
    /// Cross-entropy of the given labels (always cross-entropy, whatever is minimised).
    pub losses: Vec<f64>,
    /// The class that the learner itself prefers.
    pub preferred: Vec<usize>,
    /// The learner's probabilities `[N, C]`, where they were asked for.
    pub probabilities: Option<Probabilities>,
}

/// A learner's losses, and with `classes` its probabilities for so many classes, under the test transform. `text`
/// is the learner's text pass.
///
/// # Errors
/// [`mlpt_core::Error::NonFinite`] where a loss is; or a failed operation.
pub fn pool_view(
    learner: &Learner,
    text: Option<&TextState>,
    ctx: &EpochContext<'_>,
    classes: Option<usize>,
) -> Result<PoolView> {
    let pool = &ctx.data.pool;
    let size = ctx.data.test_batch.max(1);
    let mut losses = Vec::with_capacity(pool.len());
    let mut preferred = Vec::with_capacity(pool.len());
    let mut probabilities = classes.map(Probabilities::empty);
    let mut add = |images: ImageInput<'_>, items: &[Item]| -> Result<()> {
        let logits = learner.predict(ctx.clip, text, images)?;
        let labels: Vec<u32> = items.iter().map(|item| item.label as u32).collect();
        losses.extend(per_sample_ce(&logits, &Tensor::new(labels, logits.device())?)?);
        // What is not finite is told below, with the image.
        preferred.extend(logits.argmax(D::Minus1)?.to_vec1::<u32>()?.into_iter().map(|class| class as usize));
        probabilities.as_mut().map_or(Ok(()), |rows| rows.push_logits(&logits))
    };
    match learner.image_side() {
        ImageSide::Frozen => {
            let features = ctx.data.pool_features(ctx.clip)?;
            for start in (0..pool.len()).step_by(size) {
                let count = size.min(pool.len() - start);
                let part = features.narrow(0, start, count)?;
                add(ImageInput::Features(&part), &pool[start..start + count])?;
            }
        }
        ImageSide::Prompted => {
            // The test transform makes no draws; the node only fills the loader's place for one.
            let order = (0..pool.len()).collect();
            let batches = ctx.data.test_loader.batches(pool, order, size, false, &ctx.rng.child("pool"));
            let mut start = 0;
            for batch in batches {
                let batch = batch?;
                let count = batch.indices.len();
                let images = Images::of(ctx.clip, &batch, &[ImageSide::Prompted])?;
                add(images.input(ImageSide::Prompted)?, &pool[start..start + count])?;
                start += count;
            }
        }
    }
    if let Some(bad) = losses.iter().position(|loss| !loss.is_finite()) {
        let place = Place { epoch: ctx.epoch + 1, batch: bad / size + 1 };
        let key = pool[bad].image.key();
        return Err(place.non_finite(format!("the pool loss of {} for image '{key}'", learner.name())));
    }
    Ok(PoolView { losses, preferred, probabilities })
}

impl From<Selection> for Division {
    fn from(selection: Selection) -> Self {
        let Selection { clean, weights, trusted, degenerate, mixture } = selection;
        let (labelled, unlabelled) = (0..trusted.len()).partition(|&i| trusted[i]);
        Self { clean, weights, labelled, unlabelled, degenerate, mixture }
    }
}

impl Division {
    /// Picks the epoch's items from both sides: at most so many a given class, anew for every call.
    pub fn pick(&self, pool: &[Item], x_shots: i64, u_shots: i64, rng: &RngTree) -> Split {
        let labels: Vec<usize> = pool.iter().map(|item| item.label).collect();
        Split {
            x: fewshot_indices(&labels, &self.labelled, x_shots, &rng.child("x")),
            u: fewshot_indices(&labels, &self.unlabelled, u_shots, &rng.child("u")),
        }
    }

    /// Weights `[B, 1]`, f32, of pool items.
    pub(super) fn weights(&self, indices: &[usize], device: &candle_core::Device) -> Result<Tensor> {
        let weights: Vec<f64> = indices.iter().map(|&i| self.weights[i]).collect();
        Ok(Tensor::from_vec(weights, (indices.len(), 1), device)?.to_dtype(DType::F32)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn weights_are_the_selectors_and_not_its_scores() {
        let division = Division::from(Selection::hard(vec![0.9, 0.2, 0.7, 0.1], vec![true, true, false, false]));
        assert_eq!((&division.labelled[..], &division.unlabelled[..]), (&[0, 1][..], &[2, 3][..]));
        let weights = division.weights(&[3, 1, 0], &Device::Cpu).unwrap();
        assert_eq!(weights.to_vec2::<f32>().unwrap(), [[0.0], [1.0], [1.0]]);
        assert_eq!(division.clean, [0.9, 0.2, 0.7, 0.1]);
    }
}
