//! What mechanisms cost, for estimates.

use mlpt_core::Result;
use mlpt_core::clip::{TextBatch, TextSize};
use mlpt_core::estimate::{Cost, TextCost};

/// Of a mechanism whose texts are `batch`, once for all images, with so many tokens in the image tower.
pub(super) fn of_classes(batch: &TextBatch, prompts: Option<usize>) -> Result<Option<Cost>> {
    Ok(Some(Cost { text: TextCost::Pass(TextSize::of(batch)?), prompts }))
}
