#![allow(clippy::unwrap_used)]
//! Every operation against candle's composed form (f32, the kernels) and against finite
//! differences (f64, the forms for other devices).

use super::*;
use crate::Result;
use candle_core::{D, DType, Device, Tensor, Var};

/// Numbers without a pattern, between -1.5 and 1.5.
fn numbers(shape: &[usize], seed: usize, dtype: DType) -> Tensor {
    let count: usize = shape.iter().product();
    let values: Vec<f64> = (0..count)
        .map(|i| ((i * 7919 + seed * 104_729 + 13) * 2_654_435_761 % 100_003) as f64 / 33_334.0 - 1.5)
        .collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap().to_dtype(dtype).unwrap()
}

/// Whole numbers, so that sums of their products are exact.
pub(super) fn image(shape: (usize, usize, usize, usize)) -> Tensor {
    let count = shape.0 * shape.1 * shape.2 * shape.3;
    let numbers: Vec<f32> = (0..count).map(|i| ((i * 7919 + 13) % 101) as f32 - 50.0).collect();
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

pub(super) fn flat(t: &Tensor) -> Vec<f64> {
    t.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn assert_close(what: &str, a: &Tensor, b: &Tensor, tolerance: f64) {
    assert_eq!(a.dims(), b.dims(), "{what}");
    let (a, b) = (flat(a), flat(b));
    let size = b.iter().fold(1.0f64, |m, x| m.max(x.abs()));
    for (i, (a, b)) in a.iter().zip(&b).enumerate() {
        assert!((a - b).abs() <= tolerance * size, "{what}[{i}]: {a} is not {b}");
    }
}

/// A fixed weighting of the output, so that every element's gradient counts.
fn loss(y: &Tensor) -> Tensor {
    let weights = numbers(y.dims(), 99, y.dtype());
    (y * weights).unwrap().sum_all().unwrap()
}

fn grads(inputs: &[Var], f: &dyn Fn(&[Tensor]) -> Result<Tensor>) -> (Tensor, Vec<Tensor>) {
    let tensors: Vec<Tensor> = inputs.iter().map(|v| v.as_tensor().clone()).collect();
    let y = f(&tensors).unwrap();
    let store = loss(&y).backward().unwrap();
    (y.detach(), inputs.iter().map(|v| store.get(v).unwrap().clone()).collect())
}

/// Value and gradients of `f` are those of `oracle`, f32.
fn matches(
    what: &str,
    shapes: &[&[usize]],
    f: &dyn Fn(&[Tensor]) -> Result<Tensor>,
    oracle: &dyn Fn(&[Tensor]) -> Result<Tensor>,
) {
    let vars: Vec<Var> =
        shapes.iter().enumerate().map(|(i, s)| Var::from_tensor(&numbers(s, i, DType::F32)).unwrap()).collect();
    let ((y, ours), (z, theirs)) = (grads(&vars, f), grads(&vars, oracle));
    assert_close(what, &y, &z, 2e-6);
    for (i, (a, b)) in ours.iter().zip(&theirs).enumerate() {
        assert_close(&format!("{what} gradient {i} {shapes:?}"), a, b, 5e-6);
    }
}

/// Gradients of `f` are its slopes, f64.
fn slopes(what: &str, shapes: &[&[usize]], f: &dyn Fn(&[Tensor]) -> Result<Tensor>) {
    let step = 1e-5;
    let values: Vec<Tensor> = shapes.iter().enumerate().map(|(i, s)| numbers(s, i, DType::F64)).collect();
    let vars: Vec<Var> = values.iter().map(|v| Var::from_tensor(v).unwrap()).collect();
    let (_, ours) = grads(&vars, f);
    for (k, value) in values.iter().enumerate() {
        let (base, grad) = (flat(value), flat(&ours[k]));
        for i in 0..base.len() {
            let at = |delta: f64| {
                let mut moved = base.clone();
                moved[i] += delta;
                let mut all = values.clone();
                all[k] = Tensor::from_vec(moved, value.shape(), &Device::Cpu).unwrap();
                loss(&f(&all).unwrap()).to_scalar::<f64>().unwrap()
            };
            let slope = (at(step) - at(-step)) / (2.0 * step);
            assert!(
                (slope - grad[i]).abs() < 1e-6 * (1.0 + slope.abs()),
                "{what} {k}[{i}]: {} is not {slope}",
                grad[i]
            );
        }
    }
}

fn composed_weights(x: &Tensor, scale: f64, causal: bool) -> Result<Tensor> {
    let (queries, keys) = (x.dim(D::Minus2)?, x.dim(D::Minus1)?);
    let mask: Vec<f64> =
        (0..queries * keys).map(|n| if causal && n % keys > n / keys + keys - queries { -1e30 } else { 0.0 }).collect();
    let mask = Tensor::from_vec(mask, (queries, keys), &Device::Cpu)?.to_dtype(x.dtype())?;
    Ok(candle_nn::ops::softmax(&(x * scale)?.broadcast_add(&mask)?, D::Minus1)?)
}

fn composed_attention(qkv: &Tensor, batch: usize, heads: usize, causal: bool) -> Result<Tensor> {
    let (rows, width) = (qkv.dim(0)?, qkv.dim(1)? / 3);
    let (t, d) = (rows / batch, width / heads);
    let part = |i: usize| qkv.narrow(1, i * width, width)?.reshape((batch, t, heads, d))?.transpose(1, 2)?.contiguous();
    let (q, k, v) = (part(0)?, part(1)?, part(2)?);
    let weights = composed_weights(&q.matmul(&k.t()?)?, (d as f64).powf(-0.5), causal)?;
    Ok(weights.matmul(&v)?.transpose(1, 2)?.reshape((rows, width))?)
}

fn norm(t: &[Tensor]) -> Result<Tensor> {
    // The weight and the bias are handed in as tensors that track.
    let var = |t: &Tensor| Weight::Frozen(t.clone());
    LayerNorm::new(var(&t[1]), var(&t[2]), 1e-5).forward(&t[0])
}

#[test]
fn softmax_and_attention_weights() {
    for shape in [&[1, 1][..], &[1, 7], &[3, 1], &[2, 3, 5], &[40, 33]] {
        matches("softmax", &[shape], &|t| softmax(&t[0]), &|t| composed_weights(&t[0], 1.0, false));
        slopes("softmax", &[&shape[..1]], &|t| softmax(&t[0].unsqueeze(0)?));
    }
    // More keys than queries: what is shared comes first and is seen by all.
    for shape in [&[1, 1][..], &[1, 4], &[3, 5, 5], &[2, 2, 3, 8]] {
        matches("causal", &[shape], &|t| attention_weights(&t[0], 0.3, true), &|t| composed_weights(&t[0], 0.3, true));
    }
    slopes("causal", &[&[2, 3, 5]], &|t| attention_weights(&t[0], 0.7, true));
}

#[test]
fn masked_and_vanishing_weights_are_exactly_zero() {
    let scores = Tensor::new(&[[0f32, 9e9, 9e9], [-200.0, 0.0, 9e9], [0.0, -87.5, 0.0]], &Device::Cpu).unwrap();
    let weights = attention_weights(&scores, 1.0, true).unwrap().to_vec2::<f32>().unwrap();
    assert_eq!(weights, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]);
}

#[test]
fn activations() {
    for shape in [&[1][..], &[5, 3], &[2, 3, 2051]] {
        let oracle = |t: &[Tensor]| Ok((&t[0] * candle_nn::ops::sigmoid(&(&t[0] * 1.702)?)?)?);
        matches("quick gelu", &[shape], &|t| quick_gelu(&t[0]), &oracle);
    }
    slopes("quick gelu", &[&[3, 4]], &|t| quick_gelu(&t[0]));
    slopes("gelu", &[&[3, 4]], &|t| Activation::Gelu.apply(&t[0]));
}

#[test]
fn layer_norm() {
    for shape in [&[1, 5][..], &[7, 16], &[2, 3, 33]] {
        let width = &shape[shape.len() - 1..];
        matches("layer norm", &[shape, width, width], &norm, &|t| {
            Ok(candle_nn::ops::layer_norm_slow(&t[0], &t[1], &t[2], 1e-5)?)
        });
    }
    // The composed form, which other devices and types use.
    let shapes: [&[usize]; 3] = [&[6, 32], &[32], &[32]];
    let inputs = |dtype| -> Vec<Var> {
        shapes.iter().enumerate().map(|(i, s)| Var::from_tensor(&numbers(s, i, dtype)).unwrap()).collect()
    };
    let (whole, half) = (grads(&inputs(DType::F32), &norm), grads(&inputs(DType::F16), &norm));
    assert_close("half", &half.0, &whole.0, 5e-3);
    for (half, whole) in half.1.iter().zip(&whole.1) {
        assert_close("half gradient", half, whole, 5e-3);
    }
}

#[test]
fn linear() {
    let layer = |t: &[Tensor]| {
        let var = |t: &Tensor| Weight::Frozen(t.clone());
        Linear::new(var(&t[1]), t.get(2).map(var)).forward(&t[0])
    };
    let oracle = |t: &[Tensor]| {
        let y = t[0].broadcast_matmul(&t[1].t()?)?;
        Ok(if t.len() == 3 { y.broadcast_add(&t[2])? } else { y })
    };
    matches("linear", &[&[1, 4], &[3, 4], &[3]], &layer, &oracle);
    matches("linear", &[&[2, 5, 4], &[7, 4], &[7]], &layer, &oracle);
    matches("projection", &[&[5, 1], &[2, 1]], &layer, &oracle);
    slopes("linear", &[&[2, 3], &[4, 3], &[4]], &layer);
    let repeated = |t: &[Tensor]| Ok(add_repeated(&t[0], &t[1])?);
    matches("repeated", &[&[3, 2, 5], &[2, 5]], &repeated, &|t| Ok(t[0].broadcast_add(&t[1])?));
    slopes("repeated", &[&[3, 2, 2], &[2, 2]], &repeated);
}

#[test]
fn joined_layers_are_their_parts_side_by_side() {
    let part = |i: usize| (numbers(&[3, 4], i, DType::F32), numbers(&[3], i + 9, DType::F32));
    let x = numbers(&[5, 4], 50, DType::F32);
    let apart: Vec<Tensor> = (0..3)
        .map(|i| {
            let (w, b) = part(i);
            Linear::new(Weight::Frozen(w), Some(Weight::Frozen(b))).forward(&x).unwrap()
        })
        .collect();
    let apart = Tensor::cat(&apart, 1).unwrap();
    let frozen = (0..3).map(part).map(|(w, b)| (Weight::Frozen(w), Weight::Frozen(b))).collect();
    assert_close("frozen", &JoinedLinear::new(frozen).unwrap().forward(&x).unwrap(), &apart, 1e-6);
    let var = |t: Tensor| Weight::Trainable(Var::from_tensor(&t).unwrap());
    let parts: Vec<_> = (0..3).map(part).map(|(w, b)| (var(w), var(b))).collect();
    let y = JoinedLinear::new(parts.clone()).unwrap().forward(&x).unwrap();
    assert_close("trainable", &y, &apart, 1e-6);
    let store = loss(&y).backward().unwrap();
    assert!(parts.iter().all(|(w, b)| store.get(w.tensor()).is_some() && store.get(b.tensor()).is_some()));
}

#[test]
fn attention() {
    for (batch, tokens, heads, size) in [(1, 1, 1, 1), (2, 5, 3, 4), (3, 1, 2, 3), (1, 9, 1, 8)] {
        for causal in [false, true] {
            matches(
                "attention",
                &[&[batch * tokens, 3 * heads * size]],
                &|t| self_attention(&t[0], batch, heads, causal),
                &|t| composed_attention(&t[0], batch, heads, causal),
            );
        }
    }
    slopes("attention", &[&[6, 12]], &|t| self_attention(&t[0], 2, 2, true));
    assert!(self_attention(&numbers(&[5, 12], 0, DType::F32), 2, 2, true).is_err());
}

#[test]
fn frozen_weights_get_no_gradient_and_a_graft_needs_a_graph() {
    let x = Var::from_tensor(&numbers(&[2, 3], 1, DType::F32)).unwrap();
    let w = numbers(&[4, 3], 2, DType::F32);
    let layer = Linear::new(Weight::Frozen(w.clone()), None);
    let store = layer.forward(&x).unwrap().sum_all().unwrap().backward().unwrap();
    assert!(store.get(&x).is_some() && store.get(&w).is_none());
    assert!(!layer.forward(&x.as_detached_tensor()).unwrap().track_op());
    let lazy = graft(&[&x], x.as_detached_tensor(), |_| Ok(vec![None])).unwrap();
    assert!(lazy.sum_all().unwrap().backward().unwrap_err().to_string().contains("left out a gradient"));
}

#[test]
fn unit_length() {
    let y = normalize(&numbers(&[4, 7], 3, DType::F32)).unwrap();
    for length in y.sqr().unwrap().sum(1).unwrap().to_vec1::<f32>().unwrap() {
        assert!((length - 1.0).abs() < 1e-6);
    }
    slopes("unit length", &[&[2, 3]], &|t| normalize(&t[0]));
}
