//! From a model and images to scores.

use super::Trainer;
use super::predictions::Predictions;
use crate::Result;
use crate::clip::FrozenClip;
use crate::data::noise::FeatureSource;
use crate::data::{Item, Loader};
use crate::metric::{Evaluation, predictions};
use crate::prompt::ImageInput;
use crate::rng::RngTree;
use crate::tensor::normalize;
use candle_core::{DType, Tensor};
use std::cell::OnceCell;

/// Images under the test transform; their features are encoded once, when they are first asked for.
pub(super) struct ImageSet {
    items: Vec<Item>,
    loader: Loader,
    batch: usize,
    features: OnceCell<Tensor>,
}

impl ImageSet {
    pub(super) fn new(items: Vec<Item>, loader: Loader, batch: usize) -> Self {
        Self { items, loader, batch, features: OnceCell::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether the features have been encoded.
    pub(super) fn is_encoded(&self) -> bool {
        self.features.get().is_some()
    }

    /// Unnormalised features `[N, E]`.
    pub(super) fn features(&self, clip: &FrozenClip) -> Result<&Tensor> {
        if let Some(features) = self.features.get() {
            return Ok(features);
        }
        let features = self.loader.features(clip, &self.items, self.batch)?.to_dtype(DType::F32)?;
        Ok(self.features.get_or_init(|| features))
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    fn labels(&self) -> Vec<usize> {
        self.items.iter().map(|i| i.label).collect()
    }

    /// Scores `trainer`'s logits; its `begin_eval` is called here.
    ///
    /// # Errors
    /// When there are no images, or an image or tensor fails.
    pub(super) fn score(&self, trainer: &mut dyn Trainer, clip: &FrozenClip, classes: usize) -> Result<Evaluation> {
        trainer.begin_eval(clip)?;
        let mut predicted = Vec::with_capacity(self.items.len());
        self.each_logits(trainer, clip, |logits| {
            predicted.extend(predictions(logits)?);
            Ok(())
        })?;
        Evaluation::new(&predicted, &self.labels(), classes)
    }

    /// The same, with what it took each image for and how surely.
    ///
    /// # Errors
    /// As [`ImageSet::score`].
    pub(super) fn predict(
        &self,
        trainer: &mut dyn Trainer,
        clip: &FrozenClip,
        classes: usize,
    ) -> Result<(Evaluation, Predictions)> {
        trainer.begin_eval(clip)?;
        let mut found = Predictions::default();
        let labels = self.labels();
        self.each_logits(trainer, clip, |logits| found.push(logits, &labels))?;
        Ok((Evaluation::new(&found.predicted, &labels, classes)?, found))
    }

    /// `take` is given the logits `[B, C]` of one batch after the other; `begin_eval` has been called.
    ///
    /// # Errors
    /// When an image or tensor fails, or `take` does.
    pub(super) fn each_logits(
        &self,
        trainer: &dyn Trainer,
        clip: &FrozenClip,
        mut take: impl FnMut(&Tensor) -> Result<()>,
    ) -> Result<()> {
        if trainer.shares_image_features() && !self.items.is_empty() {
            let features = self.features(clip)?;
            for start in (0..self.items.len()).step_by(self.batch.max(1)) {
                let rows = features.narrow(0, start, self.batch.min(self.items.len() - start))?;
                take(&trainer.logits(clip, ImageInput::Features(&rows))?)?;
            }
        } else {
            let order = (0..self.items.len()).collect();
            for batch in self.loader.batches(&self.items, order, self.batch, false, &RngTree::new(0)) {
                take(&trainer.logits(clip, ImageInput::Pixels(&batch?.images()?))?)?;
            }
        }
        Ok(())
    }

    /// Logits `[N, C]` of the model as it is, with normalised class features `[C, E]`.
    ///
    /// # Errors
    /// As [`ImageSet::score`].
    pub(super) fn zero_shot_logits(&self, clip: &FrozenClip, class_features: &Tensor) -> Result<Tensor> {
        let features = normalize(self.features(clip)?)?;
        Ok((features.matmul(&class_features.t()?)? * clip.logit_scale())?)
    }

    /// Scores the model as it is, with normalised class features `[C, E]`.
    ///
    /// # Errors
    /// As [`ImageSet::score`].
    pub(super) fn score_zero_shot(&self, clip: &FrozenClip, class_features: &Tensor) -> Result<Evaluation> {
        let logits = self.zero_shot_logits(clip, class_features)?;
        Evaluation::new(&predictions(&logits)?, &self.labels(), class_features.dim(0)?)
    }
}

/// CLIP features for noise models, and the zero-shot classifier.
pub(super) struct ClipFeatures<'a> {
    pub(super) clip: &'a FrozenClip,
    pub(super) loader: &'a Loader,
    pub(super) batch: usize,
    pub(super) class_names: &'a [String],
    pub(super) template: &'a str,
}

impl FeatureSource for ClipFeatures<'_> {
    fn features(&self, items: &[Item]) -> Result<Tensor> {
        self.loader.features(self.clip, items, self.batch)
    }

    fn class_features(&self) -> Result<Tensor> {
        let prompts: Vec<String> = self.class_names.iter().map(|name| self.template.replace("{}", name)).collect();
        normalize(&self.clip.encode_prompts(&prompts)?.to_dtype(DType::F32)?)
    }

    fn logit_scale(&self) -> f64 {
        self.clip.logit_scale()
    }
}
