//! The classes that a per-class noise model works through.

use super::NoiseContext;
use crate::data::groups::by_label;
use crate::{Error, Result};

/// Label and positions of every class in first-seen order, none where no noise is asked for.
///
/// # Errors
/// When a class has fewer items than shall be wrong, or a label is not below the number of classes.
pub(super) fn classes_with(ctx: &NoiseContext<'_>) -> Result<Vec<(usize, Vec<usize>)>> {
    if ctx.num_fp == 0 {
        return Ok(Vec::new());
    }
    let classes = by_label(ctx.items.iter().map(|i| i.label));
    for (label, items) in &classes {
        if *label >= ctx.num_classes {
            return Err(Error::invalid(format!(
                "label {label} is not below the number of classes, {}",
                ctx.num_classes
            )));
        }
        if items.len() < ctx.num_fp {
            return Err(Error::invalid(format!(
                "DATASET.NUM_FP is {}, but class {label} has only {} items (such as {}); lower it, or raise \
                 DATASET.NUM_SHOTS",
                ctx.num_fp,
                items.len(),
                ctx.items[items[0]].image.key()
            )));
        }
    }
    Ok(classes)
}
