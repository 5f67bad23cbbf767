//! What the passes of one learner are.

use super::pass::{Pass, Work};
use crate::clip::TextSize;

/// A mechanism's text side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextCost {
    /// The texts are encoded when the mechanism is made, and never again.
    Fixed,
    /// One pass for all classes, whatever the images.
    Pass(TextSize),
    /// Every image has texts of its own.
    PerImage {
        /// The texts of one image.
        one: TextSize,
        /// Images that share a pass where no gradient is asked for.
        at_once: usize,
    },
}

/// What a mechanism asks of the towers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Its texts.
    pub text: TextCost,
    /// Tokens that it puts into the image tower; `None` where that stays as it is.
    pub prompts: Option<usize>,
}

impl Cost {
    /// The text pass for all classes, if there is one.
    pub fn text(&self) -> Option<Pass> {
        match self.text {
            TextCost::Pass(size) => Some(Pass::once(Work::Texts(size))),
            _ => None,
        }
    }

    /// The passes of logits of `rows` images with a graph, the backward passes included: beside [`Cost::text`], and
    /// beside the frozen tower's features where the mechanism works from them.
    pub fn logits(&self, rows: usize) -> Vec<Pass> {
        let images = self.prompts.map(|m| Pass::once(Work::Images { rows, prompts: Some(m) }).with_backward());
        let texts = match self.text {
            TextCost::PerImage { one, .. } => Some(Pass::once(Work::Texts(of_images(&one, rows))).with_backward()),
            _ => None,
        };
        images.into_iter().chain(texts).collect()
    }

    /// The same without a graph.
    pub fn predict(&self, rows: usize) -> Vec<Pass> {
        let mut all: Vec<Pass> =
            self.prompts.iter().map(|&m| Pass::once(Work::Images { rows, prompts: Some(m) })).collect();
        if let TextCost::PerImage { one, at_once } = self.text {
            let at_once = at_once.max(1);
            let of = |rows| Pass::once(Work::Texts(of_images(&one, rows)));
            all.extend((rows >= at_once).then(|| of(at_once).times(rows / at_once)));
            let rest = rows % at_once;
            all.extend((rest > 0).then(|| of(rest)));
        }
        all
    }
}

/// The texts of so many images, from those of one.
fn of_images(one: &TextSize, images: usize) -> TextSize {
    TextSize { groups: one.groups * images, rows: one.rows * images, tokens: one.tokens * images, ..*one }
}

/// The passes of an evaluation of `learners` together on `total` images, `batch` at a time. Where `shared`, logits start
/// from the frozen tower's features, whose passes are not in here.
pub fn evaluation(learners: &[Cost], shared: bool, total: usize, batch: usize) -> Vec<Pass> {
    let mut all: Vec<Pass> = learners.iter().filter_map(Cost::text).collect();
    for part in Pass::images(total, batch) {
        let Work::Images { rows, .. } = part.work else { continue };
        let times = part.times as usize;
        for learner in learners {
            // From pixels, each learner that works from features encodes them for itself.
            all.extend((!shared && learner.prompts.is_none()).then_some(part));
            all.extend(learner.predict(rows).into_iter().map(|pass| pass.times(times)));
        }
    }
    all
}
