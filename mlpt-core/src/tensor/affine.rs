//! `x W^T + b` that computes only the gradients that are asked for.

use super::graft::{Backward, graft};
use super::kernel;
use candle_core::{Result, Tensor};

/// `x [.., I]`, `weight [O, I]`, `bias [O]` to `[.., O]`.
pub(super) fn affine(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let (outputs, inputs) = weight.dims2()?;
    let mut shape = x.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = outputs;
    }
    let rows = x.elem_count() / inputs.max(1);
    let value = x.detach().reshape((rows, inputs))?.matmul(&weight.detach().t()?)?;
    let value = match bias {
        Some(b) => add_row(&value, &b.detach())?,
        None => value,
    };
    let value = value.reshape(shape)?;
    match bias {
        Some(b) => graft(&[x, weight, b], value, backward),
        None => graft(&[x, weight], value, backward),
    }
}

fn add_row(x: &Tensor, row: &Tensor) -> Result<Tensor> {
    if !kernel::fits(x) {
        return x.broadcast_add(row);
    }
    let bias: Vec<f32> = row.to_vec1()?;
    kernel::map(x, bias.len(), |_, x, out| {
        for ((o, x), b) in out.iter_mut().zip(x).zip(&bias) {
            *o = x + b;
        }
    })
}

/// `x [N, ..] + row [..]`, differentiable: what a broadcast sum does, but with a fast gradient for
/// `row`.
pub(crate) fn add_repeated(x: &Tensor, row: &Tensor) -> Result<Tensor> {
    let (rows, width) = (x.dim(0)?, row.elem_count());
    let value = add_row(&x.detach().reshape((rows, width))?, &row.detach().reshape(width)?)?.reshape(x.shape())?;
    graft(&[x, row], value, move |b| {
        let grad = b.grad.reshape((rows, width))?;
        let for_row = if b.wanted[1] { Some(sum_rows(&grad)?.reshape(b.inputs[1].shape())?) } else { None };
        Ok(vec![Some(b.grad.clone()), for_row])
    })
}

/// `[N, D]` to `[1, D]`. A product with ones is far faster than candle's sum over the first dimension.
fn sum_rows(x: &Tensor) -> Result<Tensor> {
    Tensor::ones((1, x.dim(0)?), x.dtype(), x.device())?.matmul(x)
}

fn backward(b: Backward<'_>) -> Result<Vec<Option<Tensor>>> {
    let (x, weight) = (&b.inputs[0], &b.inputs[1]);
    let (outputs, inputs) = weight.dims2()?;
    let rows = x.elem_count() / inputs.max(1);
    let grad = b.grad.reshape((rows, outputs))?;
    let for_x = || grad.matmul(weight)?.reshape(x.shape());
    let for_weight = || grad.t()?.matmul(&x.reshape((rows, inputs))?);
    let for_bias = || sum_rows(&grad)?.reshape(outputs);
    let mut all =
        vec![if b.wanted[0] { Some(for_x()?) } else { None }, if b.wanted[1] { Some(for_weight()?) } else { None }];
    if b.inputs.len() == 3 {
        all.push(if b.wanted[2] { Some(for_bias()?) } else { None });
    }
    Ok(all)
}
