//! What a convolution looks at, laid out for a product.

use super::kernel;
use crate::Result;
use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor, bail};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Numbers of the windows that are in work at once on a CPU, 1 MiB, or else so many windows: each product reads all weights.
const TILE: usize = 1 << 18;
const LEAST: usize = 512;

/// The windows of `kernel` x `kernel` pixels (an odd number) around every `stride`-th pixel, zeros beyond the edge.
#[derive(Clone, Debug)]
pub struct Windows {
    kernel: usize,
    stride: usize,
    /// Of the first size that was seen; a frozen tower sees no other.
    places: Arc<OnceLock<Places>>,
}

/// For every number of an image's windows the pixel that it comes from, row by row; one behind the last is the edge.
#[derive(Debug)]
struct Places {
    size: (usize, usize),
    pixels: Tensor,
}

impl Windows {
    /// Windows of `kernel` x `kernel` pixels, `stride` apart.
    pub fn new(kernel: usize, stride: usize) -> Self {
        Self { kernel, stride, places: Arc::default() }
    }

    /// `[B, H, W, C]` to `[B, H', W', kernel * kernel * C]`, where `H'` is `H / stride`, rounded up. Without a gradient.
    ///
    /// # Errors
    /// When the shape is another.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_with(x, |windows| Ok(windows.clone()))
    }

    /// `product` of the windows: a function of `[N, kernel * kernel * C]` to `[N, O]`, each row by itself; the result is
    /// `[B, H', W', O]`. On a CPU it is given some of them at a time, so that they never leave the cache: all windows of a
    /// batch are nine times its pixels, and would have to be written to memory and read from there.
    ///
    /// # Errors
    /// When the shape is another, or `product` fails.
    pub fn forward_with(&self, x: &Tensor, product: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
        let (batch, h, w, channels) = x.dims4()?;
        let (rows, columns) = (h.div_ceil(self.stride), w.div_ceil(self.stride));
        let width = self.kernel * self.kernel * channels;
        let x = x.detach();
        let parts = if kernel::fits(&x) {
            let (x, lines) = (x.contiguous()?, batch * rows);
            let at_once = (TILE / width.max(1)).max(LEAST).div_ceil(columns.max(1));
            let part = |from: usize| -> Result<Tensor> {
                let lines = from..lines.min(from + at_once);
                product(&x.apply_op1_no_bwd(&Copied { kernel: self.kernel, stride: self.stride, lines })?)
            };
            (0..lines).step_by(at_once).map(part).collect::<Result<Vec<_>>>()?
        } else {
            vec![product(&self.gathered(&x)?.reshape((batch * rows * columns, width))?)?]
        };
        let all = Tensor::cat(&parts, 0)?;
        let outputs = all.dim(1)?;
        Ok(all.reshape((batch, rows, columns, outputs))?)
    }

    /// All windows by one gather, `[B, H' W' K K, C]`.
    fn gathered(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, h, w, channels) = x.dims4()?;
        let pixels = match self.places.get().filter(|places| places.size == (h, w)) {
            Some(places) => places.pixels.clone(),
            None => {
                let pixels = self.pixels(x)?;
                // Another size keeps the first one's.
                let _ = self.places.set(Places { size: (h, w), pixels: pixels.clone() });
                pixels
            }
        };
        let flat = x.reshape((batch, h * w, channels))?.pad_with_zeros(1, 0, 1)?;
        Ok(flat.index_select(&pixels, 1)?)
    }

    fn pixels(&self, x: &Tensor) -> Result<Tensor> {
        let (_, h, w, _) = x.dims4()?;
        let edge = self.kernel / 2;
        let along = |size: usize| -> Vec<Vec<Option<usize>>> {
            let inside = |start: usize, i: usize| (start + i).checked_sub(edge).filter(|at| *at < size);
            let starts = (0..size).step_by(self.stride);
            starts.map(|start| (0..self.kernel).map(|i| inside(start, i)).collect()).collect()
        };
        let (rows, columns) = (along(h), along(w));
        let mut pixels = Vec::with_capacity(rows.len() * columns.len() * self.kernel * self.kernel);
        for row in &rows {
            for column in &columns {
                for y in row {
                    pixels.extend(column.iter().map(|x| y.zip(*x).map_or(h * w, |(y, x)| y * w + x) as u32));
                }
            }
        }
        let count = pixels.len();
        Ok(Tensor::from_vec(pixels, count, x.device())?)
    }
}

/// On the CPU, line by line; `lines` are those of all images one after the other.
struct Copied {
    kernel: usize,
    stride: usize,
    lines: Range<usize>,
}

impl CustomOp1 for Copied {
    fn name(&self) -> &'static str {
        "windows"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (CpuStorage::F32(all), Some((from, to))) = (storage, layout.contiguous_offsets()) else {
            bail!("the kernel takes contiguous f32")
        };
        let (x, (_, h, w, channels)) = (&all[from..to], layout.shape().dims4()?);
        let (kernel, edge) = (self.kernel, self.kernel / 2);
        let (rows, columns) = (h.div_ceil(self.stride), w.div_ceil(self.stride));
        let width = kernel * kernel * channels;
        let mut out = vec![0f32; self.lines.len() * columns * width];
        out.par_chunks_mut((columns * width).max(1)).enumerate().for_each(|(line, out)| {
            let (image, row) = ((self.lines.start + line) / rows, (self.lines.start + line) % rows);
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
        Ok((CpuStorage::F32(out), Shape::from((self.lines.len() * columns, width))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tensor::tests::{flat, image};
    use candle_core::DType;

    #[test]
    fn windows_and_a_product_are_a_convolution() {
        for (shape, kernel, stride) in [
            ((2, 5, 7, 3), 3, 1),
            ((1, 6, 4, 2), 3, 2),
            ((3, 1, 1, 4), 3, 1),
            ((2, 7, 5, 1), 3, 2),
            ((1, 5, 3, 2), 1, 2),
            // More than are in work at once.
            ((2, 40, 33, 64), 3, 1),
        ] {
            let x = image(shape);
            let weight = image((5, shape.3, kernel, kernel));
            let want = x.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
            let want = want.conv2d(&weight, kernel / 2, stride, 1, 1).unwrap().permute((0, 2, 3, 1)).unwrap();
            let columns = weight.permute((0, 2, 3, 1)).unwrap().reshape((5, kernel * kernel * shape.3)).unwrap();
            let (b, h, w, _) = want.dims4().unwrap();
            let (fresh, used) = (Windows::new(kernel, stride), Windows::new(kernel, stride));
            used.forward(&image((1, 3, 3, shape.3)).to_dtype(DType::F64).unwrap()).unwrap();
            let composed = x.to_dtype(DType::F64).unwrap();
            // On the CPU, composed for the first time and again, and behind another size.
            for (x, of) in [(&x, &fresh), (&composed, &fresh), (&composed, &fresh), (&composed, &used)] {
                let cells = of.forward(x).unwrap();
                assert_eq!(cells.dims(), [b, h, w, kernel * kernel * shape.3]);
                let rows = cells.reshape((b * h * w, columns.dim(1).unwrap())).unwrap();
                let got = rows.matmul(&columns.to_dtype(x.dtype()).unwrap().t().unwrap()).unwrap();
                assert_eq!(flat(&got), flat(&want), "{shape:?} {kernel} {stride}");
            }
        }
    }
}
