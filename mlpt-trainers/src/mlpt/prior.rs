//! What the model without training says of the pool.

use crate::zeroshot::Zeroshot;
use mlpt_core::Result;
use mlpt_core::engine::{BuildContext, EpochContext, Trainer};
use mlpt_core::prompt::ImageInput;
use mlpt_core::select::Probabilities;

/// Zero-shot probabilities of the pool, made when they are first asked for, and kept for the run.
pub(super) struct Prior {
    model: Zeroshot,
    classes: usize,
    seen: Option<Probabilities>,
}

impl Prior {
    /// Encodes the data set's prompts: one text pass.
    ///
    /// # Errors
    /// As [`Zeroshot::build`].
    pub(super) fn build(ctx: &BuildContext<'_>) -> Result<Self> {
        Ok(Self { model: Zeroshot::build(ctx)?, classes: ctx.class_names.len(), seen: None })
    }

    /// `[N, C]`, by pool index, from the pool's features, which learners may share.
    ///
    /// # Errors
    /// When an image cannot be read or a tensor operation fails.
    pub(super) fn pool(&mut self, ctx: &EpochContext<'_>) -> Result<&Probabilities> {
        let seen = match self.seen.take() {
            Some(seen) => seen,
            None => self.look(ctx)?,
        };
        Ok(self.seen.insert(seen))
    }

    fn look(&self, ctx: &EpochContext<'_>) -> Result<Probabilities> {
        let (count, size) = (ctx.data.pool.len(), ctx.data.test_batch.max(1));
        let mut seen = Probabilities::empty(self.classes);
        if count > 0 {
            let features = ctx.data.pool_features(ctx.clip)?;
            for start in (0..count).step_by(size) {
                let part = features.narrow(0, start, size.min(count - start))?;
                seen.push_logits(&self.model.logits(ctx.clip, ImageInput::Features(&part))?)?;
            }
        }
        Ok(seen)
    }
}
