//! Initial values, each from its own generator.

use candle_core::{Device, Var};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use rand::Rng as _;
use rand_distr::{Distribution, Normal};

/// Standard deviation of initial contexts and prompts, in every published mechanism.
const STD: f32 = 0.02;

/// Draws from N(0, 0.02^2).
pub(super) fn prompt(shape: &[usize], rng: &RngTree, device: &Device) -> Result<Var> {
    let normal = Normal::new(0.0, STD).map_err(|e| Error::invalid(e.to_string()))?;
    let values: Vec<f32> = normal.sample_iter(&mut rng.rng()).take(shape.iter().product()).collect();
    Ok(Var::from_vec(values, shape, device)?)
}

/// Draws as PyTorch does for a linear layer: uniform within one over the root of its number of inputs.
pub(super) fn linear(shape: &[usize], inputs: usize, rng: &RngTree, device: &Device) -> Result<Var> {
    let bound = (inputs as f32).powf(-0.5);
    let mut rng = rng.rng();
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.random_range(-bound..bound)).collect();
    Ok(Var::from_vec(values, shape, device)?)
}
