//! Weights that are computed, not stored: `tests/golden/generated.py` in Rust, number for number.

use super::device::device;
use candle_core::Tensor;
use mlpt_core::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// Patches along a side of a picture.
const GRID: usize = 7;

fn fnv(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// `count` numbers in [0, 1) that hang on `name`.
fn fractions(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let seed = fnv(name);
    (1..=count as u64).map(move |i| {
        let mut z = seed.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 40) as f64 / f64::from(1 << 24)
    })
}

/// The weight called `name` (OpenAI's names), f32.
fn tensor(name: &str, shape: &[usize]) -> Result<Tensor> {
    let count: usize = shape.iter().product();
    let last = name.rsplit('.').next().unwrap_or(name);
    let input = if ["text_projection", "visual.proj"].contains(&name) { 1 } else { 0 };
    let fan_in = shape.get(input).map_or(1.0, |outputs| count as f64 / *outputs as f64);
    let scale = |u: f64| match (last, shape.len()) {
        ("logit_scale", _) => 2.0 + u,
        ("running_var", _) => 0.5 + u,
        ("weight", 1) => (0.75 + 0.5 * u) * if name.contains(".bn3.") { 0.3 } else { 1.0 },
        (_, 0 | 1) => 0.2 * (u - 0.5),
        _ if name.contains("embedding") => u - 0.5,
        (_, dims) => (u - 0.5) * (if dims == 4 { 24.0 } else { 12.0 } / fan_in).sqrt(),
    };
    let numbers: Vec<f32> = fractions(name, count).map(|u| scale(u) as f32).collect();
    Ok(Tensor::from_vec(numbers, shape, device())?)
}

/// A model's weights from `{name: shape}`.
///
/// # Errors
/// When a shape is no list of whole numbers.
pub fn weights(shapes: &Value) -> Result<BTreeMap<String, Tensor>> {
    let shapes = shapes.as_object().ok_or_else(|| Error::invalid("shapes are no object"))?;
    shapes
        .keys()
        .map(|name| {
            let shape = super::golden::indices(&Value::Object(shapes.clone()), name)?;
            Ok((name.clone(), tensor(name, &shape)?))
        })
        .collect()
}

/// Pictures `[N, 3, S, S]`, numbers in -2..2 in patches.
///
/// # Errors
/// When a tensor operation fails.
pub fn pixels(images: usize, size: usize) -> Result<Tensor> {
    let coarse: Vec<f32> = fractions("pixels", images * 3 * GRID * GRID).map(|u| (u * 4.0 - 2.0) as f32).collect();
    let at = |i: usize| i * GRID / size;
    let mut numbers = Vec::with_capacity(images * 3 * size * size);
    for plane in coarse.chunks(GRID * GRID) {
        for y in 0..size {
            numbers.extend((0..size).map(|x| plane[at(y) * GRID + at(x)]));
        }
    }
    Ok(Tensor::from_vec(numbers, (images, 3, size, size), device())?)
}
