//! `mlpt eval`, and `mlpt train --eval-only`.

use super::train::{Show, options_for, print};
use crate::download::fetch_for;
use crate::summary;
use anyhow::Result;
use mlpt_core::Registries;
use mlpt_core::config::Config;
use mlpt_core::engine::{self, Checkpoints};

/// Evaluates checkpoints and prints the summary.
///
/// # Errors
/// When a checkpoint is missing or does not fit, or anything else that stops an evaluation.
pub fn eval(config: &Config, registries: &Registries, checkpoints: &Checkpoints, show: &Show) -> Result<()> {
    fetch_for(config)?;
    let result = engine::evaluate(config, registries, checkpoints, options_for(config, show)?)?;
    print(show, &result, &summary::evaluation(&result))
}
