//! What a trainer will ask of the towers.

use super::cost::Cost;
use super::pass::Pass;
use crate::Result;
use crate::clip::FrozenClip;
use crate::config::Config;
use crate::data::{Item, Stream, TrainData};

/// What a trainer plans from.
pub struct PlanRequest<'a> {
    /// The run's settings.
    pub config: &'a Config,
    /// The model.
    pub clip: &'a FrozenClip,
    /// Training items and pool.
    pub data: &'a TrainData,
    /// `OPTIM.MAX_EPOCH`.
    pub max_epoch: usize,
}

/// Epochs that are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phase {
    /// What they are called.
    pub name: String,
    /// How many there are.
    pub epochs: usize,
    /// Optimiser steps of an epoch, all learners together.
    pub steps: usize,
    /// Passes of an epoch.
    pub passes: Vec<Pass>,
    /// Images that an epoch loads.
    pub loaded: usize,
    /// Images of each batch that is under way at a time: one for each stream and view.
    pub streams: Vec<usize>,
    /// Why the numbers may come out otherwise; empty where they cannot.
    pub assumes: String,
}

/// A trainer's whole run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Passes that are made once in a run.
    pub once: Vec<Pass>,
    /// The epochs, in order.
    pub phases: Vec<Phase>,
    /// The learners whose logits add up in an evaluation.
    pub learners: Vec<Cost>,
    /// What is not known, in words.
    pub missing: Vec<String>,
}

/// Batches that an epoch of the items `chosen` has, and the images of each: `(count, images)`. Nothing is loaded.
///
/// # Errors
/// When the sampler's conditions are not met.
pub fn batches(data: &TrainData, items: &[Item], chosen: &[usize], stream: &Stream) -> Result<(usize, usize)> {
    if chosen.is_empty() {
        return Ok((0, 0));
    }
    let shown = data.epoch_length(items, chosen, stream)?;
    let batch = stream.batch_size.max(1);
    // A short last batch is dropped when there is a full one.
    Ok(if shown >= batch { (shown / batch, batch) } else { (usize::from(shown > 0), shown) })
}
