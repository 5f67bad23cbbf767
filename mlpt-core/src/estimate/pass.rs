//! One pass through a tower, and how often it is made.

use super::image::image_flop;
use crate::clip::{ClipConfig, Passes, TextSize};
use serde::Serialize;

/// What is encoded in a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Texts.
    Texts(TextSize),
    /// Images, through the frozen tower or with prompts in it.
    Images {
        /// Number of images.
        rows: usize,
        /// Tokens that a mechanism puts into the tower; `None` through the frozen tower.
        prompts: Option<usize>,
    },
}

/// Equal passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// What each of them encodes.
    pub work: Work,
    /// Whether a backward pass goes through each.
    pub backward: bool,
    /// How many there are.
    pub times: u64,
}

impl Pass {
    /// A single pass without a backward pass.
    pub fn once(work: Work) -> Self {
        Self { work, backward: false, times: 1 }
    }

    /// The same with a backward pass.
    #[must_use]
    pub fn with_backward(self) -> Self {
        Self { backward: true, ..self }
    }

    /// `factor` times as many.
    #[must_use]
    pub fn times(self, factor: usize) -> Self {
        Self { times: self.times * factor as u64, ..self }
    }

    /// `total` images through the frozen tower, `batch` at a time.
    pub fn images(total: usize, batch: usize) -> Vec<Self> {
        let batch = batch.max(1);
        let of = |rows| Self::once(Work::Images { rows, prompts: None });
        let full = (total >= batch).then(|| of(batch).times(total / batch));
        let rest = total % batch;
        full.into_iter().chain((rest > 0).then(|| of(rest))).collect()
    }
}

/// The sum of some passes, as the model counts them.
pub fn totals<'a>(passes: impl IntoIterator<Item = &'a Pass>) -> Passes {
    let mut sum = Passes::default();
    for pass in passes {
        match pass.work {
            Work::Texts(size) => {
                sum.text += pass.times;
                sum.text_rows += pass.times * size.rows as u64;
                sum.text_backward += if pass.backward { pass.times } else { 0 };
            }
            Work::Images { rows, .. } => {
                sum.image += pass.times;
                sum.image_rows += pass.times * rows as u64;
            }
        }
    }
    sum
}

/// Floating-point operations by what they serve; a product with its addition counts as two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Flop {
    /// Images, forward.
    pub image_forward: f64,
    /// Prompted images, backward.
    pub image_backward: f64,
    /// Texts, forward.
    pub text_forward: f64,
    /// Texts, backward, the second forward pass of texts in parts included.
    pub text_backward: f64,
}

/// The operations of some passes where a text pass holds at most `text_memory` bytes of graph (0: no bound) of numbers of
/// `each` bytes.
pub fn flop<'a>(
    passes: impl IntoIterator<Item = &'a Pass>,
    config: &ClipConfig,
    text_memory: u64,
    each: usize,
) -> Flop {
    let mut sum = Flop::default();
    for pass in passes {
        let times = pass.times as f64;
        match pass.work {
            Work::Texts(size) => {
                let (text, width) = (&config.text_config, config.projection_dim);
                let forward = size.forward_flop(text, width);
                sum.text_forward += times * forward;
                if pass.backward {
                    let again = text_memory > 0 && size.graph_bytes(text, each) > text_memory;
                    sum.text_backward += times * (size.backward_flop(text, width) + if again { forward } else { 0.0 });
                }
            }
            Work::Images { rows, prompts } => {
                let forward = times * rows as f64 * image_flop(config, prompts.unwrap_or(0));
                sum.image_forward += forward;
                sum.image_backward += if pass.backward { forward } else { 0.0 };
            }
        }
    }
    sum
}
