//! What residual networks need of images that lie as `[B, H, W, C]`. Without a gradient: these towers are frozen
//! and so are their inputs.

use super::kernel;
use crate::Result;
use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor, bail};
use rayon::prelude::*;

/// `max(x, 0)`, element by element.
///
/// # Errors
/// When a tensor operation fails.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    let x = x.detach();
    if !kernel::fits(&x) {
        return Ok(x.relu()?);
    }
    let row = x.dims().last().copied().unwrap_or(1);
    Ok(kernel::map(&x, row, |_, x, out| {
        for (o, &x) in out.iter_mut().zip(x) {
            *o = x.max(0.0);
        }
    })?)
}

/// The mean of every 2 x 2 pixels: `[B, H, W, C]` to `[B, H / 2, W / 2, C]`; an odd last row or column is left out.
///
/// # Errors
/// When the shape is another.
pub fn average_pool(x: &Tensor) -> Result<Tensor> {
    let (batch, h, w, channels) = x.dims4()?;
    let (rows, columns) = (h / 2, w / 2);
    let x = x.detach().narrow(1, 0, 2 * rows)?.narrow(2, 0, 2 * columns)?.contiguous()?;
    let x = x.reshape((batch * rows, 2, columns * 2 * channels))?;
    let x = (x.narrow(1, 0, 1)? + x.narrow(1, 1, 1)?)?.reshape((batch * rows * columns, 2, channels))?;
    let x = ((x.narrow(1, 0, 1)? + x.narrow(1, 1, 1)?)? * 0.25)?;
    Ok(x.reshape((batch, rows, columns, channels))?)
}

/// The windows of `kernel` x `kernel` pixels (an odd number) around every `stride`-th pixel, zeros beyond the edge:
/// `[B, H, W, C]` to `[B, H', W', kernel * kernel * C]`, where `H'` is `H / stride`, rounded up.
///
/// # Errors
/// When the shape is another.
pub fn windows(x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    let x = x.detach();
    if kernel::fits(&x) {
        return Ok(x.contiguous()?.apply_op1_no_bwd(&Windows { kernel, stride })?);
    }
    let (_, h, w, _) = x.dims4()?;
    let (rows, columns) = (h.div_ceil(stride), w.div_ceil(stride));
    let edge = kernel / 2;
    // One stride more behind, so that every offset has all its rows and columns.
    let padded = x.pad_with_zeros(1, edge, edge + stride)?.pad_with_zeros(2, edge, edge + stride)?;
    let every = |x: Tensor, dim: usize, from: usize, count: usize| -> candle_core::Result<Tensor> {
        let indices: Vec<u32> = (0..count).map(|i| (from + i * stride) as u32).collect();
        x.index_select(&Tensor::from_vec(indices, count, x.device())?, dim)
    };
    let mut parts = Vec::with_capacity(kernel * kernel);
    for i in 0..kernel {
        let band = every(padded.clone(), 1, i, rows)?;
        for j in 0..kernel {
            parts.push(every(band.clone(), 2, j, columns)?);
        }
    }
    Ok(Tensor::cat(&parts, 3)?)
}

struct Windows {
    kernel: usize,
    stride: usize,
}

impl CustomOp1 for Windows {
    fn name(&self) -> &'static str {
        "windows"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (CpuStorage::F32(all), Some((from, to))) = (storage, layout.contiguous_offsets()) else {
            bail!("the kernel takes contiguous f32")
        };
        let (x, (batch, h, w, channels)) = (&all[from..to], layout.shape().dims4()?);
        let (kernel, edge) = (self.kernel, self.kernel / 2);
        let (rows, columns) = (h.div_ceil(self.stride), w.div_ceil(self.stride));
        let width = kernel * kernel * channels;
        let mut out = vec![0f32; batch * rows * columns * width];
        out.par_chunks_mut((columns * width).max(1)).enumerate().for_each(|(row, out)| {
            let (image, row) = (row / rows, row % rows);
            for (column, out) in out.chunks_mut(width.max(1)).enumerate() {
                for (i, out) in out.chunks_mut((kernel * channels).max(1)).enumerate() {
                    let Some(y) = (row * self.stride + i).checked_sub(edge).filter(|y| *y < h) else { continue };
                    // Neighbours of a row lie side by side, so that what is inside is copied at once.
                    let left = column * self.stride;
                    let (first, last) = (left.saturating_sub(edge), (left + edge + 1).min(w));
                    let at = (first + edge - left) * channels;
                    let line = &x[((image * h + y) * w + first) * channels..][..(last - first) * channels];
                    out[at..at + line.len()].copy_from_slice(line);
                }
            }
        });
        Ok((CpuStorage::F32(out), Shape::from((batch, rows, columns, width))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    fn image(shape: (usize, usize, usize, usize)) -> Tensor {
        let count = shape.0 * shape.1 * shape.2 * shape.3;
        let numbers: Vec<f32> = (0..count).map(|i| ((i * 7919 + 13) % 101) as f32 - 50.0).collect();
        Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
    }

    fn numbers(x: &Tensor) -> Vec<f64> {
        x.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn windows_and_a_product_are_a_convolution() {
        for (shape, kernel, stride) in [
            ((2, 5, 7, 3), 3, 1),
            ((1, 6, 4, 2), 3, 2),
            ((3, 1, 1, 4), 3, 1),
            ((2, 7, 5, 1), 3, 2),
            ((1, 5, 3, 2), 1, 2),
        ] {
            let x = image(shape);
            let weight = image((5, shape.3, kernel, kernel));
            let want = x.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
            let want = want.conv2d(&weight, kernel / 2, stride, 1, 1).unwrap().permute((0, 2, 3, 1)).unwrap();
            let columns = weight.permute((0, 2, 3, 1)).unwrap().reshape((5, kernel * kernel * shape.3)).unwrap();
            let (b, h, w, _) = want.dims4().unwrap();
            for x in [x.clone(), x.to_dtype(DType::F64).unwrap()] {
                let cells = windows(&x, kernel, stride).unwrap();
                assert_eq!(cells.dims(), [b, h, w, kernel * kernel * shape.3]);
                let flat = cells.reshape((b * h * w, columns.dim(1).unwrap())).unwrap();
                let got = flat.matmul(&columns.to_dtype(x.dtype()).unwrap().t().unwrap()).unwrap();
                assert_eq!(numbers(&got), numbers(&want), "{shape:?} {kernel} {stride}");
            }
        }
    }

    #[test]
    fn pooling_is_the_mean_of_four_and_leaves_the_odd_out() {
        let x = image((2, 5, 7, 3));
        let want = x.permute((0, 3, 1, 2)).unwrap().narrow(2, 0, 4).unwrap().narrow(3, 0, 6).unwrap();
        let want = want.contiguous().unwrap().avg_pool2d(2).unwrap().permute((0, 2, 3, 1)).unwrap();
        assert_eq!(numbers(&average_pool(&x).unwrap()), numbers(&want));
        assert_eq!(numbers(&relu(&x).unwrap()), numbers(&x.relu().unwrap()));
    }
}
